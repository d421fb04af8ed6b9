#include "clients/report/progress_bar.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace efferent {
namespace {

double Share(std::int64_t done, std::int64_t total) {
  if (total <= 0) return 1.0;
  return std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
}

}  // namespace

std::string ProgressBar::Bar(std::int64_t done, std::int64_t total, int width) {
  const int filled = static_cast<int>(Share(done, total) * width);
  std::string bar(static_cast<std::size_t>(filled), '=');
  if (filled < width) bar += '>';
  bar.resize(static_cast<std::size_t>(width), ' ');
  return "[" + bar + "]";
}

std::string ProgressBar::Compose(std::int64_t done, const std::string& text) const {
  const int percent = static_cast<int>(100.0 * Share(done, total_));
  // A bar is a picture for people; a log gets the number alone.
  if (!line_.is_terminal()) return fmt::format("{:3} %  {}", percent, text);
  return fmt::format("{} {:3} %  {}", Bar(done, total_, 24), percent, text);
}

void ProgressBar::Show(std::int64_t done, const std::string& text) {
  if (line_.IsDue()) line_.Show(Compose(done, text));
}

void ProgressBar::Finish(std::int64_t done, const std::string& text) {
  line_.Finish(Compose(done, text));
}

}  // namespace efferent
