#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/report/result_row.h"
#include "tests/bench/round_trip_timer.h"

namespace efferent::bench {

/// The figures of one condition: every system's percentiles, and their ratios to those of the bare
/// gRPC echo and of Redis where these were measured, block by block.
struct RoundTripReport {
  std::string table;
  std::vector<ResultRow> rows;
};
RoundTripReport ReportRoundTrips(const std::string& condition,
                                 const std::vector<RoundTripTimes>& systems, std::uint64_t seed);

}  // namespace efferent::bench
