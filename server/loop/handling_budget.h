#pragma once

#include <algorithm>
#include <cstdint>

namespace efferent {

/// Whether a session in real time keeps to the processor time that it was promised: a bucket that
/// fills at twice the promised rate (what a session takes varies), up to `kBurstNs`, and is emptied by
/// what its chunks take. A source that floods empties it; its chunks are then handled where they
/// disturb nobody, and none is lost. Not thread-safe.
class HandlingBudget {
 public:
  static constexpr std::int64_t kBurstNs = 10'000'000;

  explicit HandlingBudget(double promised_share) : rate_(2.0 * promised_share) {}

  /// Whether something is left.
  bool HasTime(std::int64_t now_ns) noexcept {
    left_ns_ = std::min(static_cast<double>(kBurstNs),
                        left_ns_ + rate_ * static_cast<double>(now_ns - filled_at_ns_));
    filled_at_ns_ = now_ns;
    return left_ns_ > 0.0;
  }
  /// A chunk took so much processor time.
  void Spend(std::int64_t processor_ns) noexcept { left_ns_ -= static_cast<double>(processor_ns); }

 private:
  double rate_;
  double left_ns_ = kBurstNs;
  std::int64_t filled_at_ns_ = 0;
};

}  // namespace efferent
