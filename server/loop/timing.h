#pragma once

#include <algorithm>
#include <cstdint>

#include "decoder/parameters.h"
#include "decoder/types.h"

namespace efferent {

/// Whether time presses; nanoseconds of the server's monotonic clock.
struct TimingParams {
  bool real_time = true;  ///< Bins come one bin width apart, whatever the server does.
  std::int64_t deadline_ns =
      0;  ///< From a bin's due time to its command; 0: one bin, at least 1 ms.

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
}

}  // namespace efferent
