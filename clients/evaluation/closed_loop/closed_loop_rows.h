#pragma once

#include <string>
#include <vector>

#include "clients/evaluation/closed_loop/scores.h"
#include "clients/report/result_row.h"

namespace efferent::closed_loop {

/// How the trials that are scored were decoded: frozen, after so many learning trials.
std::string ProtocolOf(const Condition& condition);

/// Every figure as a row; n counts populations, whose mean and interval it is. The dead-neuron
/// control has the protocol `dead-neurons-...`, the summed-channel control `summed-channels-...`; what is paired with the best linear decoder the
/// metrics `time_to_target_s_less_best_linear` and `throughput_over_best_linear`.
std::vector<ResultRow> MakeRows(const std::vector<ConditionOutcome>& outcomes, std::uint64_t seed);

/// The same for a terminal: one block for each condition.
std::string MakeTable(const std::vector<ConditionOutcome>& outcomes);

/// What stands in place of a comparison with itself.
inline constexpr const char* kBestLinear = "best linear";

/// One sentence: whether the world is linear in closed loop, and by what. Empty if nothing is known.
std::string HeadroomText(const ConditionOutcome& outcome);

/// `0.834 (0.830 to 0.838)`: the mean, and its interval if there is one.
std::string WithInterval(const MeanOfRuns& figure, int decimals, double scale = 1.0);

}  // namespace efferent::closed_loop
