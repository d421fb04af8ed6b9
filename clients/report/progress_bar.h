#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "clients/report/status_line.h"

namespace efferent {

/// A status line for work of known length: `[=====>     ]  42 %  text  3 min left`. Not thread-safe.
class ProgressBar {
 public:
  /// The work begins now. `total` >= 0, in any unit that takes the same time each; `out` is not owned.
  explicit ProgressBar(std::int64_t total, std::FILE* out = stderr)
      : line_(out), total_(total), began_(std::chrono::steady_clock::now()) {}

  /// Whether Show would print now.
  bool IsDue() const { return line_.IsDue(); }
  void Show(std::int64_t done, const std::string& text);
  /// Prints a lasting line above the bar.
  void Print(const std::string& text) { line_.Print(text); }
  /// Shows a last time and ends the line.
  void Finish(std::int64_t done, const std::string& text);

  /// The bar itself, `width` columns between the brackets.
  static std::string Bar(std::int64_t done, std::int64_t total, int width);
  /// What is left of the time, at the speed so far: `40 s left`, `3 min left`, `1.5 h left`. Empty in the first
  /// seconds, of which nothing follows yet, and when all is done.
  static std::string TimeLeft(std::int64_t done, std::int64_t total,
                              std::chrono::duration<double> elapsed);

 private:
  std::string Compose(std::int64_t done, const std::string& text) const;

  StatusLine line_;
  std::int64_t total_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace efferent
