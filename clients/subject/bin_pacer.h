#pragma once

#include <chrono>
#include <cstdint>

namespace efferent::subject {

/// When bins are due in real time: one each bin width on the steady clock. After a delay of up to
/// `kMaxBehind` bins those that are due come at once; after a longer one the schedule moves, for
/// neural time is not bound to the wall clock.
class BinPacer {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kMaxBehind = 5;

  /// The first bin is due one width after `now`.
  BinPacer(std::chrono::nanoseconds width, Clock::time_point now)
      : width_(width), due_(now + width) {}

  /// The next bin has been sent: the one after it is due a width later, or from now on if that is
  /// long past.
  void Advance(Clock::time_point now) {
    due_ += width_;
    if (now - due_ <= kMaxBehind * width_) return;
    ++slip_count_;
    due_ = now;
  }

  /// When the next bin is due.
  Clock::time_point due() const { return due_; }
  /// Times that the schedule had to move.
  std::uint64_t slip_count() const { return slip_count_; }

 private:
  std::chrono::nanoseconds width_;
  Clock::time_point due_;
  std::uint64_t slip_count_ = 0;
};

}  // namespace efferent::subject
