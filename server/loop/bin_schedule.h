#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "decoder/types.h"

namespace efferent {

/// When the bins of a source in real time are due on the server's clock. Session time t is due at
/// t + offset, the offset being the smallest lateness of any chunk of the last 2 to 4 s: what all
/// chunks have in common is the distance of two clocks, what one has more is delay. A window, because
/// clocks drift (50 ppm: 0.2 ms in 4 s).
///
/// A chunk that is later than that by more than kBehindNs has been delayed (by the server, the network
/// or the source), or its source has paused and session time stood still meanwhile. The first chunk
/// does not tell which, the next ones do:
///   a delay is caught up:      lateness falls back to where it was; the offset stays
///   a pause stays:             lateness is the same for two blocks of 100 ms; that is the offset now
/// Until then the schedule is behind, and its offset is the old one. Least lateness of a block counts,
/// since jitter only adds to it. What is caught up at less than 1.1 times real time looks like a pause.
/// Real-time safe. Not thread-safe.
class BinSchedule {
 public:
  static constexpr std::int64_t kWindowNs = 2'000'000'000;
  static constexpr std::int64_t kBehindNs = 100'000'000;
  static constexpr std::int64_t kBlockNs = 100'000'000;

  /// The session is older than the schedule: whether its first chunks have been delayed is not known.
  void BeginBehind() noexcept { begins_behind_ = true; }

  /// A chunk with data up to `complete_until_ns` has come.
  void OnChunk(TimeNs complete_until_ns, std::int64_t now_ns) noexcept {
    const std::int64_t lateness_ns = now_ns - complete_until_ns;
    if (!has_chunks() && begins_behind_) last_window_ns_ = lateness_ns - kLongAgoNs;
    const bool in_time = !has_chunks() || lateness_ns - OffsetNs() <= kBehindNs;
    if (in_time) {
      // The window does not age while chunks are late: the offset of before holds after a delay, though not for ever.
      if (behind_) window_began_ns_ += now_ns - behind_since_ns_;
      behind_ = false;
      if (now_ns - window_began_ns_ >= kWindowNs) BeginWindow(now_ns, this_window_ns_);
      this_window_ns_ = std::min(this_window_ns_, lateness_ns);
    } else {
      FollowDelay(lateness_ns, now_ns);
    }
  }

  /// Whether chunks come late at present.
  bool is_behind() const { return behind_; }
  bool has_chunks() const { return std::min(this_window_ns_, last_window_ns_) != kNothing; }
  /// Only after a chunk has come.
  std::int64_t DueNs(TimeNs time_ns) const noexcept { return time_ns + OffsetNs(); }

 private:
  static constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::max();
  /// Beyond what any setting allows a bin to be late.
  static constexpr std::int64_t kLongAgoNs = 7'200'000'000'000;
  static constexpr std::int64_t kSteadyShare = 10;  // a tenth

  std::int64_t OffsetNs() const noexcept { return std::min(this_window_ns_, last_window_ns_); }
  void BeginWindow(std::int64_t now_ns, std::int64_t last_window_ns) noexcept {
    last_window_ns_ = last_window_ns;
    this_window_ns_ = kNothing;
    window_began_ns_ = now_ns;
  }
  void FollowDelay(std::int64_t lateness_ns, std::int64_t now_ns) noexcept {
    if (!behind_) {
      behind_ = true;
      behind_since_ns_ = now_ns;
      last_block_ns_ = this_block_ns_ = kNothing;
      block_began_ns_ = now_ns;
    }
    this_block_ns_ = std::min(this_block_ns_, lateness_ns);
    const std::int64_t length_ns = now_ns - block_began_ns_;
    if (length_ns < kBlockNs) return;
    const bool steady = last_block_ns_ != kNothing &&
                        std::abs(this_block_ns_ - last_block_ns_) <= length_ns / kSteadyShare;
    if (steady) {
      behind_ = false;
      BeginWindow(now_ns, kNothing);
      this_window_ns_ = std::min(this_block_ns_, last_block_ns_);
      return;
    }
    last_block_ns_ = this_block_ns_;
    this_block_ns_ = kNothing;
    block_began_ns_ = now_ns;
  }

  bool begins_behind_ = false;
  std::int64_t window_began_ns_ = 0;
  std::int64_t this_window_ns_ = kNothing;
  std::int64_t last_window_ns_ = kNothing;
  // Least lateness while it is behind.
  bool behind_ = false;
  std::int64_t behind_since_ns_ = 0;
  std::int64_t block_began_ns_ = 0;
  std::int64_t this_block_ns_ = kNothing;
  std::int64_t last_block_ns_ = kNothing;
};

}  // namespace efferent
