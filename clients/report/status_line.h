#pragma once

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace efferent {

/// Prints lasting news to standard error, as PrintableLines shows it.
void PrintNotice(const std::string& text);

/// One line that says how a run goes: rewritten in place on a terminal, a plain line every few
/// seconds elsewhere. Text is shown as PrintableText shows it. On standard output that takes nothing more,
/// each call throws OutputError. Not thread-safe.
class StatusLine {
 public:
  /// How often a terminal is redrawn, and how often a plain line is printed elsewhere.
  static constexpr std::chrono::milliseconds kTerminalInterval{100};
  static constexpr std::chrono::seconds kPlainInterval{5};

  /// `out` is not owned.
  explicit StatusLine(std::FILE* out = stderr);
  /// Ends the line, if one is open.
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// Whether Show would print now; asked first, the text need not be made for nothing.
  bool IsDue() const;
  /// Shows `text` (one line) if it is due.
  void Show(const std::string& text);
  /// Prints a lasting line; the status line goes on below it.
  void Print(const std::string& text);
  /// Shows a last time, due or not, and ends the line.
  void Finish(const std::string& text);

  bool is_terminal() const { return is_terminal_; }
  /// Columns of the terminal, or 100.
  int width() const;

 private:
  using Clock = std::chrono::steady_clock;
  void Draw(const std::string& line);
  void Flush();

  std::FILE* out_;
  bool is_terminal_;
  bool line_open_ = false;
  std::optional<Clock::time_point> last_;
};

}  // namespace efferent
