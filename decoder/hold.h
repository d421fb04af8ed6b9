#pragma once

#include <algorithm>

#include "decoder/types.h"

namespace efferent {

/// How an arm is brought to rest when nothing can be decoded: the last velocity goes on, halved each
/// kHoldHalfLifeNs, and is zero after LongestHoldNs.
inline constexpr TimeNs kHoldHalfLifeNs = 50'000'000;
inline constexpr TimeNs LongestHoldNs(TimeNs bin_width_ns) {
  return std::max<TimeNs>(2 * bin_width_ns, 100'000'000);
}

}  // namespace efferent
