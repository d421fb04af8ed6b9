#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "clients/arm/trial_result.h"
#include "clients/evaluation/closed_loop/condition.h"
#include "clients/evaluation/confidence_interval.h"

namespace efferent::closed_loop {

/// Figures of one run, means over its test trials; see TrialScores.
struct RunScores {
  double success_rate = 0.0;
  double time_to_target_s = 0.0;
  double path_efficiency = 0.0;
  double throughput_bits_per_s = 0.0;
};

/// A figure by its name in result rows.
struct Metric {
  const char* name;
  double RunScores::*value;
};
inline constexpr std::array<Metric, 4> kMetrics{
    {{"success_rate", &RunScores::success_rate},
     {"time_to_target_s", &RunScores::time_to_target_s},
     {"path_efficiency", &RunScores::path_efficiency},
     {"throughput_bits_per_s", &RunScores::throughput_bits_per_s}}};

/// Scores of the trials of phase `phase`, of which there must be some.
RunScores ScoreRun(const std::vector<TrialResult>& trials, int phase);

/// What a decoder made of a condition.
struct DecoderOutcome {
  std::string decoder;
  bool is_linear = false;
  bool is_reference = false;               ///< Not a decoder: intent or label itself.
  std::vector<RunScores> runs;             ///< One for each population.
  std::vector<double> trial_times_s;       ///< Time to the target, by trial, mean of all runs.
  std::vector<TrialResult> sample_trials;  ///< Some test trials of the first run, with their paths.
  std::vector<RunScores> dead_runs;        ///< The same condition with every neuron silent.
};

struct ConditionOutcome {
  Condition condition;
  std::vector<DecoderOutcome> decoders;
};

/// Mean of a figure over runs, with Student's 95 % interval over runs (populations); the bounds of
/// success rates are kept within 0 and 1.
MeanOfRuns Summarize(const std::vector<RunScores>& runs, const Metric& metric);

/// The linear decoder that takes least time to the target; nothing if there is none.
const DecoderOutcome* BestLinear(const ConditionOutcome& outcome);

/// Time to the target of one decoder less that of another in the same runs: the populations,
/// targets and seeds are the same, so what is common to them cancels.
MeanOfRuns PairedDifference(const DecoderOutcome& decoder, const DecoderOutcome& other);

}  // namespace efferent::closed_loop
