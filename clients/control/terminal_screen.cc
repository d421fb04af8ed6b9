#include "clients/control/terminal_screen.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace efferent::control {
namespace {

constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l";
constexpr const char* kLeave = "\x1b[?25h\x1b[?1049l";
constexpr TextSize kUsualSize{80, 24};

constexpr char kEscape = '\x1b';

void Put(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// The key whose sequence (ECMA-48: ESC [ or ESC O, digits, a last character) follows an escape.
char ReadSequence() {
  std::string sequence;
  char next = 0;
  pollfd keys{STDIN_FILENO, POLLIN, 0};
  while (sequence.size() < 8 && poll(&keys, 1, 0) > 0 && read(STDIN_FILENO, &next, 1) == 1) {
    sequence += next;
    const bool is_last = sequence.size() > 1 && (next < '0' || next > '9') && next != ';';
    if (is_last) break;
  }
  const auto is = [&](const char* a, const char* b) { return sequence == a || sequence == b; };
  if (is("[A", "OA")) return 'k';
  if (is("[B", "OB")) return 'j';
  if (is("[5~", "[V")) return 'b';
  if (is("[6~", "[U")) return 'f';
  if (is("[H", "[1~")) return 'g';
  if (is("[F", "[4~")) return 'G';
  return 0;
}

}  // namespace

TerminalScreen::TerminalScreen() {
  termios settings{};
  if (tcgetattr(STDIN_FILENO, &settings) == 0) {
    former_ = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    settings.c_cc[VSUSP] = _POSIX_VDISABLE;
    tcsetattr(STDIN_FILENO, TCSANOW, &settings);
  }
  Put(kEnter);
}

TerminalScreen::~TerminalScreen() {
  Put(kLeave);
  if (former_) tcsetattr(STDIN_FILENO, TCSANOW, &*former_);
}

TextSize TerminalScreen::size() const {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const TextSize whole = known ? TextSize{size.ws_col, size.ws_row} : kUsualSize;
  // A cursor past the last column stands on it, and would clear it with the rest of the line.
  return {whole.columns - 1, whole.rows};
}

void TerminalScreen::Draw(const std::string& lines) {
  std::string text = "\x1b[H";
  for (const char c : lines) text += c == '\n' ? "\x1b[K\r\n" : std::string(1, c);
  Put(text + "\x1b[K\x1b[J");
}

std::optional<char> TerminalScreen::WaitForKey(std::chrono::milliseconds timeout) {
  pollfd keys{former_ ? STDIN_FILENO : -1, POLLIN, 0};  // poll ignores -1.
  if (poll(&keys, 1, static_cast<int>(timeout.count())) <= 0) return std::nullopt;
  char key = 0;
  if (read(STDIN_FILENO, &key, 1) == 1) return key == kEscape ? ReadSequence() : key;
  former_.reset();  // The terminal is gone: nothing to wait for, nothing to put back.
  return std::nullopt;
}

}  // namespace efferent::control
