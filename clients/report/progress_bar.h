#pragma once

#include <cstdint>
#include <string>

#include "clients/report/status_line.h"

namespace efferent {

/// A status line for work of known length: `[=====>     ]  42 %  text`. Not thread-safe.
class ProgressBar {
 public:
  /// `total` >= 0; `out` is not owned.
  explicit ProgressBar(std::int64_t total, std::FILE* out = stderr) : line_(out), total_(total) {}

  /// Whether Show would print now.
  bool IsDue() const { return line_.IsDue(); }
  void Show(std::int64_t done, const std::string& text);
  /// Prints a lasting line above the bar.
  void Print(const std::string& text) { line_.Print(text); }
  /// Shows a last time and ends the line.
  void Finish(std::int64_t done, const std::string& text);

  /// The bar itself, `width` columns between the brackets.
  static std::string Bar(std::int64_t done, std::int64_t total, int width);

 private:
  std::string Compose(std::int64_t done, const std::string& text) const;

  StatusLine line_;
  std::int64_t total_;
};

}  // namespace efferent
