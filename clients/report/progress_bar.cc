#include "clients/report/progress_bar.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace efferent {
namespace {

// So short a time says little about the rest.
constexpr std::chrono::duration<double> kFirstEstimate{3.0};

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

std::string ProgressBar::TimeLeft(std::int64_t done, std::int64_t total,
                                  std::chrono::duration<double> elapsed) {
  const double share = Share(done, total);
  if (share <= 0.0 || share >= 1.0 || elapsed < kFirstEstimate) return "";
  const double left_s = elapsed.count() * (1.0 - share) / share;
  if (left_s < 99.5) return fmt::format("{:.0f} s left", left_s);
  if (left_s < 99.5 * 60.0) return fmt::format("{:.0f} min left", left_s / 60.0);
  return fmt::format("{:.1f} h left", left_s / 3600.0);
}

std::string ProgressBar::Compose(std::int64_t done, const std::string& text) const {
  const int percent = static_cast<int>(100.0 * Share(done, total_));
  // A bar is a picture for people; a log gets the number alone.
  std::string line = line_.is_terminal()
                         ? fmt::format("{} {:3} %  {}", Bar(done, total_, 24), percent, text)
                         : fmt::format("{:3} %  {}", percent, text);
  const std::string left = TimeLeft(done, total_, std::chrono::steady_clock::now() - began_);
  return left.empty() ? line : line + "  " + left;
}

void ProgressBar::Show(std::int64_t done, const std::string& text) {
  if (line_.IsDue()) line_.Show(Compose(done, text));
}

void ProgressBar::Finish(std::int64_t done, const std::string& text) {
  line_.Finish(Compose(done, text));
}

}  // namespace efferent
