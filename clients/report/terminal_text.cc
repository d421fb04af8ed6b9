#include "clients/report/terminal_text.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace efferent {
namespace {

// Bytes of the character that begins at `begin`, and whether it takes a column.
struct Character {
  std::size_t size = 1;
  bool is_visible = true;
};

Character CharacterAt(const std::string& line, std::size_t begin) {
  if (line[begin] == '\x1b') {  // A colour ends with its `m`.
    const std::size_t end = line.find('m', begin);
    return {(end == std::string::npos ? line.size() : end + 1) - begin, false};
  }
  std::size_t end = begin + 1;
  while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) ++end;
  return {end - begin, true};
}

}  // namespace

std::size_t NumColumns(const std::string& line) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < line.size();) {
    const Character character = CharacterAt(line, at);
    columns += character.is_visible ? 1 : 0;
    at += character.size;
  }
  return columns;
}

std::string CutToColumns(const std::string& line, int width) {
  std::string text;
  int columns = 0;
  for (std::size_t at = 0; at < line.size();) {
    const Character character = CharacterAt(line, at);
    if (!character.is_visible || columns++ < width) text.append(line, at, character.size);
    at += character.size;
  }
  return text;
}

bool HasCursor(std::FILE* stream) {
  const char* terminal = std::getenv("TERM");
  return isatty(fileno(stream)) == 1 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

bool WantsColours() {
  const char* no_colour = std::getenv("NO_COLOR");
  return no_colour == nullptr || *no_colour == '\0';
}

std::string Coloured(Colour colour, const std::string& text) {
  const char* code = "";
  switch (colour) {
    case Colour::kBold:
      code = "\x1b[1m";
      break;
    case Colour::kRed:
      code = "\x1b[31m";
      break;
    case Colour::kGreen:
      code = "\x1b[32m";
      break;
    case Colour::kYellow:
      code = "\x1b[33m";
      break;
  }
  return code + text + "\x1b[0m";
}

}  // namespace efferent
