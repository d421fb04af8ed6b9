#include "files/printable_text.h"

#include <cstdint>

namespace efferent {
namespace {

// A character of UTF-8 at the beginning of a text; `length` 0: there is no valid one.
struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;
};

Character FirstCharacter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return {};
  std::uint32_t code = byte(0) & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return overlong || surrogate || code > 0x10FFFF ? Character{} : Character{code, length};
}

bool IsBetween(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  return code >= first && code <= last;
}

bool IsPrintable(std::uint32_t code) {
  const bool is_control = code < 0x20 || IsBetween(code, 0x7F, 0x9F);
  const bool ends_line = IsBetween(code, 0x2028, 0x2029);
  const bool turns_direction = code == 0x061C || IsBetween(code, 0x200E, 0x200F) ||
                               IsBetween(code, 0x202A, 0x202E) || IsBetween(code, 0x2066, 0x2069);
  const bool is_invisible =
      code == 0xFEFF || IsBetween(code, 0xFFF9, 0xFFFB) || IsBetween(code, 0xE0000, 0xE007F);
  const bool is_no_character = (code & 0xFFFE) == 0xFFFE || IsBetween(code, 0xFDD0, 0xFDEF);
  return !(is_control || ends_line || turns_direction || is_invisible || is_no_character);
}

std::string Printable(std::string_view text, std::size_t max_bytes, bool keeps_lines) {
  std::string printable;
  while (!text.empty()) {
    const Character first = FirstCharacter(text);
    std::string_view shown = "?";
    if (first.length > 0 && IsPrintable(first.code)) shown = text.substr(0, first.length);
    if (keeps_lines && first.code == '\n') shown = "\n";
    if (keeps_lines && first.code == '\t') shown = " ";
    if (shown.size() > max_bytes - printable.size()) break;
    printable += shown;
    text.remove_prefix(first.length == 0 ? 1 : first.length);
  }
  return printable;
}

}  // namespace

std::string PrintableText(std::string_view text, std::size_t max_bytes) {
  return Printable(text, max_bytes, /*keeps_lines=*/false);
}

std::string PrintableLines(std::string_view text, std::size_t max_bytes) {
  return Printable(text, max_bytes, /*keeps_lines=*/true);
}

}  // namespace efferent
