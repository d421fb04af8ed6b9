#pragma once

#include <string>
#include <vector>

#include "clients/report/result_row.h"
#include "tests/bench/memory_bandwidth.h"
#include "tests/bench/paired_timer.h"
#include "tests/bench/step_case.h"

namespace efferent::bench {

/// What is reported of a case. Rows have the decoder `snn` or `reference`, the case as their
/// condition and the protocol `bench-step`.
struct StepResult {
  std::vector<ResultRow> rows;
  std::vector<std::string> cells;  ///< Its line in StepTable.
};

StepResult Summarize(const StepCase& step_case, const PairedTimes& times,
                     const std::vector<BandwidthOfLevel>& levels, std::uint64_t seed);

std::vector<ResultRow> BandwidthRows(const std::vector<BandwidthOfLevel>& levels);
std::string BandwidthTable(const std::vector<BandwidthOfLevel>& levels);
std::string StepTable(const std::vector<StepResult>& results);

}  // namespace efferent::bench
