#include "clients/report/status_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "clients/report/standard_output.h"
#include "clients/report/terminal_text.h"
#include "files/printable_text.h"

namespace efferent {

void PrintNotice(const std::string& text) { StatusLine().Print(text); }

StatusLine::StatusLine(std::FILE* out) : out_(out), is_terminal_(HasCursor(out)) {}

StatusLine::~StatusLine() {
  if (line_open_) std::fputc('\n', out_);
}

bool StatusLine::IsDue() const {
  if (!last_) return true;
  const auto since = Clock::now() - *last_;
  return is_terminal_ ? since >= kTerminalInterval : since >= kPlainInterval;
}

int StatusLine::width() const {
  winsize size{};
  if (is_terminal_ && ioctl(fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return 100;
}

void StatusLine::Draw(const std::string& line) {
  const std::string text = PrintableText(line);
  if (is_terminal_) {
    // To the first column, the text, the rest of the line cleared.
    std::fprintf(out_, "\r%s\x1b[K", CutToColumns(text, width() - 1).c_str());
    line_open_ = true;
  } else {
    std::fprintf(out_, "%s\n", text.c_str());
  }
  Flush();
  last_ = Clock::now();
}

void StatusLine::Show(const std::string& text) {
  if (IsDue()) Draw(text);
}

void StatusLine::Print(const std::string& text) {
  std::fprintf(out_, line_open_ ? "\r\x1b[K%s\n" : "%s\n", PrintableLines(text).c_str());
  Flush();
  line_open_ = false;
}

void StatusLine::Finish(const std::string& text) {
  Draw(text);
  if (line_open_) std::fputc('\n', out_);
  line_open_ = false;
  Flush();
}

void StatusLine::Flush() {
  // Of standard error nobody could be told.
  if (out_ == stdout) return FlushOutput();
  std::fflush(out_);
}

}  // namespace efferent
