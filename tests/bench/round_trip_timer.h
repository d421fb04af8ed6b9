#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/round_trip.h"

namespace efferent::bench {

/// What was measured of one system under one condition.
struct RoundTripTimes {
  std::string system;
  /// Blocks of consecutive round trips, [repeat][message], microseconds.
  std::vector<std::vector<double>> blocks_us;
  /// Messages that went out after their time, because the reply before had not come.
  std::int64_t late_count = 0;
};

/// Runs one block: a request every `bin_width_ns` on a fixed schedule, but none before the reply to
/// the one before. A few come first that are not counted, until caches and the scheduler know the
/// system again.
void TimeRoundTrips(RoundTrip* round_trip, std::int64_t bin_width_ns, std::int64_t num_messages,
                    RoundTripTimes* times);

}  // namespace efferent::bench
