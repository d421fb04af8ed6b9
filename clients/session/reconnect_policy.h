#pragma once

#include <chrono>
#include <optional>

namespace efferent {

/// How long to wait before trying a lost server again: 50 ms, then twice as long each time up to 1
/// s, with nothing more after `give_up_after` without success. Time is an argument.
class ReconnectPolicy {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kFirstDelay{50};
  static constexpr std::chrono::milliseconds kMaxDelay{1000};

  explicit ReconnectPolicy(std::chrono::nanoseconds give_up_after)
      : give_up_after_(give_up_after) {}

  /// The connection was lost or could not be made. Returns the wait before the next attempt, or
  /// nothing: give up. The wait is cut so that the last attempt falls on the limit.
  std::optional<std::chrono::nanoseconds> NextDelay(Clock::time_point now);

  /// The connection works again: all is forgotten.
  void OnSuccess();

  std::chrono::nanoseconds give_up_after() const { return give_up_after_; }

 private:
  std::chrono::nanoseconds give_up_after_;
  std::optional<Clock::time_point> lost_since_;
  std::chrono::nanoseconds delay_ = kFirstDelay;
};

}  // namespace efferent
