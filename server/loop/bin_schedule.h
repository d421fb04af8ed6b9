#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "decoder/types.h"

namespace efferent {

/// When the bins of a source in real time are due on the server's clock. Session time t is due at
/// t + offset, the offset being the smallest lateness of any chunk of the last 2 to 4 s: what all
/// chunks have in common is the distance of two clocks, what one has more is delay. A window, because
/// clocks drift (50 ppm: 0.2 ms in 4 s), and because a source that was paused goes on elsewhere.
/// Real-time safe. Not thread-safe.
class BinSchedule {
 public:
  static constexpr std::int64_t kWindowNs = 2'000'000'000;

  /// A chunk with data up to `complete_until_ns` has come.
  void OnChunk(TimeNs complete_until_ns, std::int64_t now_ns) noexcept {
    if (now_ns - window_began_ns_ >= kWindowNs) {
      // After a silence of two windows nothing is known.
      const bool recent = now_ns - window_began_ns_ < 2 * kWindowNs;
      last_window_ns_ = recent ? this_window_ns_ : kNothing;
      this_window_ns_ = kNothing;
      window_began_ns_ = now_ns;
    }
    this_window_ns_ = std::min(this_window_ns_, now_ns - complete_until_ns);
  }

  /// Only after a chunk has come.
  std::int64_t DueNs(TimeNs time_ns) const noexcept {
    return time_ns + std::min(this_window_ns_, last_window_ns_);
  }

 private:
  static constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::max();

  std::int64_t window_began_ns_ = std::numeric_limits<std::int64_t>::min() / 2;
  std::int64_t this_window_ns_ = kNothing;
  std::int64_t last_window_ns_ = kNothing;
};

}  // namespace efferent
