#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace efferent {

/// Wall-clock nanoseconds that never go back, from any origin. Only the watchdog's side of the
/// server depends on them; tests give their own.
using MonotonicClock = std::function<std::int64_t()>;

/// CLOCK_MONOTONIC.
inline std::int64_t MonotonicNowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace efferent
