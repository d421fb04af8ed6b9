#pragma once

#include <cmath>
#include <cstdint>

namespace efferent {

/// How long something is going to take that has been done before: the running mean of its durations
/// plus four times their mean deviation, as TCP expects round trips (Jacobson, SIGCOMM 1988; RFC
/// 6298). Real-time safe. Not thread-safe.
class ExpectedDuration {
 public:
  explicit ExpectedDuration(std::int64_t first_guess_ns = 0)
      : mean_ns_(static_cast<double>(first_guess_ns)) {}

  void Observe(std::int64_t duration_ns) noexcept {
    const double excess = static_cast<double>(duration_ns) - mean_ns_;
    mean_ns_ += excess / 8.0;
    deviation_ns_ += (std::abs(excess) - deviation_ns_) / 4.0;
  }
  /// It was not done because it would have taken too long. The expectation fades, so that it is tried
  /// again some time: what made it slow may be over.
  void Fade() noexcept {
    mean_ns_ *= kFading;
    deviation_ns_ *= kFading;
  }
  std::int64_t ns() const noexcept {
    return static_cast<std::int64_t>(mean_ns_ + 4.0 * deviation_ns_);
  }

 private:
  static constexpr double kFading = 0.99;

  double mean_ns_;
  double deviation_ns_ = 0.0;
};

}  // namespace efferent
