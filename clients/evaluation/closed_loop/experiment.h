#pragma once

#include <cstdint>
#include <vector>

#include "clients/arm/trial_result.h"
#include "clients/evaluation/closed_loop/condition.h"
#include "clients/evaluation/closed_loop/pilot.h"

namespace efferent::closed_loop {

/// Runs all trials of a condition with one population: a cursor without mass, p <- p + w v, that
/// starts each trial at rest in the centre. Population, targets and noise depend on `seed` and the
/// number of the trial alone, so that all pilots meet the same: with the same intents the same
/// spikes. Results in order, `phase` as in condition.phases.
std::vector<TrialResult> RunExperiment(const Condition& condition, std::uint64_t seed,
                                       Pilot* pilot);

}  // namespace efferent::closed_loop
