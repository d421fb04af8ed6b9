#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "decoder/parameters.h"
#include "decoder/types.h"

namespace efferent {

/// Whether time presses; nanoseconds of the server's monotonic clock.
struct TimingParams {
  bool real_time = true;  ///< Bins come one bin width apart, whatever the server does.
  std::int64_t deadline_ns =
      0;  ///< From a bin's due time to its command; 0: one bin, at least 1 ms.
  /// A chunk that leaves out more sequence numbers has a wrong one.
  std::int64_t max_missing_chunks = 1'000'000;
  /// A chunk that ends later after the one before, or an arm's state later after the last bin, has a
  /// wrong time.
  std::int64_t max_gap_ns = 86'400'000'000'000;
  /// So has a chunk that is earlier by more than that than those before it; in real time only.
  std::int64_t max_ahead_ns = 10'000'000'000;
  /// A bin whose command comes later after its due time brings no motion; in real time only.
  /// WatchdogParams::stop_after_ns.
  std::int64_t stale_after_ns = std::numeric_limits<std::int64_t>::max();

  /// With the zero replaced by what it stands for.
  TimingParams Effective(TimeNs bin_width_ns) const {
    TimingParams effective = *this;
    if (deadline_ns == 0) effective.deadline_ns = std::max<std::int64_t>(bin_width_ns, 1'000'000);
    return effective;
  }
};

template <class Visitor>
void VisitFields(TimingParams& p, Visitor&& visit) {
  visit("real_time", p.real_time);
  visit("deadline_ns", p.deadline_ns, Bounds{0, 1e10}, "ns (0: one bin, at least 1 ms)");
  visit("max_missing_chunks", p.max_missing_chunks, Bounds{0, 1e15}, "chunks");
  visit("max_gap_ns", p.max_gap_ns, Bounds{1e9, 3.2e17}, "ns");
  visit("max_ahead_ns", p.max_ahead_ns, Bounds{1e8, 3.2e17}, "ns");
}

}  // namespace efferent
