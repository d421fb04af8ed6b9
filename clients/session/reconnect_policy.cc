#include "clients/session/reconnect_policy.h"

#include <algorithm>

namespace efferent {

std::optional<std::chrono::nanoseconds> ReconnectPolicy::NextDelay(Clock::time_point now) {
  if (!lost_since_) lost_since_ = now;
  const std::chrono::nanoseconds left = *lost_since_ + give_up_after_ - now;
  if (left <= std::chrono::nanoseconds::zero()) return std::nullopt;
  const std::chrono::nanoseconds delay = std::min(delay_, left);
  delay_ = std::min<std::chrono::nanoseconds>(2 * delay_, kMaxDelay);
  return delay;
}

void ReconnectPolicy::OnSuccess() {
  lost_since_.reset();
  delay_ = kFirstDelay;
}

}  // namespace efferent
