#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace efferent::bench {

/// What one core reads from a level of memory.
struct BandwidthOfLevel {
  std::string level;  ///< L1, L2, L3 or DRAM.
  std::int64_t capacity_bytes = 0;
  std::int64_t working_set_bytes = 0;
  double bytes_per_s = 0.0;
};

/// Reads working sets that fit each data cache of this processor but not the one before it, and one
/// that fits none, again and again with the widest loads; the best of several repeats.
/// `seconds`: of each level.
std::vector<BandwidthOfLevel> MeasureBandwidth(double seconds);

/// The fastest level that holds `bytes`.
const BandwidthOfLevel& LevelThatHolds(std::int64_t bytes,
                                       const std::vector<BandwidthOfLevel>& levels);

}  // namespace efferent::bench
