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
  bool less_is_better = false;
};
inline constexpr Metric kSuccessRate{"success_rate", &RunScores::success_rate};
inline constexpr Metric kTimeToTarget{"time_to_target_s", &RunScores::time_to_target_s, true};
inline constexpr Metric kPathEfficiency{"path_efficiency", &RunScores::path_efficiency};
inline constexpr Metric kThroughput{"throughput_bits_per_s", &RunScores::throughput_bits_per_s};
inline constexpr std::array<Metric, 4> kMetrics{kSuccessRate, kTimeToTarget, kPathEfficiency,
                                                kThroughput};

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
  std::vector<RunScores> summed_runs;      ///< The same with all spikes in one channel.
};

struct ConditionOutcome {
  Condition condition;
  std::vector<DecoderOutcome> decoders;
};

/// Mean of a figure over runs, with Student's 95 % interval over runs (populations); the bounds of
/// success rates are kept within 0 and 1.
MeanOfRuns Summarize(const std::vector<RunScores>& runs, const Metric& metric);

/// The linear decoder with the best mean of a figure; nothing if there is none.
const DecoderOutcome* BestLinear(const ConditionOutcome& outcome, const Metric& metric);

/// Time to the target of one decoder less that of another in the same runs: the populations,
/// targets and seeds are the same, so what is common to them cancels.
MeanOfRuns PairedDifference(const DecoderOutcome& decoder, const DecoderOutcome& other);

/// Throughput of one decoder over that of another in the same runs; nothing if the other has none.
std::optional<MeanOfRuns> ThroughputRatio(const DecoderOutcome& decoder,
                                          const DecoderOutcome& other);

/// A decoder beside the linear ones that are best in its condition, in time and in throughput.
struct BestLinearComparison {
  bool is_quickest = false;               ///< It is the one itself, in time
  bool has_most_throughput = false;       ///< or in throughput.
  std::optional<MeanOfRuns> time_less_s;  ///< PairedDifference to the one; absent: itself, or none.
  std::optional<MeanOfRuns> throughput_over;  ///< ThroughputRatio to the other, likewise.
};
BestLinearComparison CompareWithBestLinear(const ConditionOutcome& outcome,
                                           const DecoderOutcome& decoder);

/// What is left to win in a condition.
struct Headroom {
  const DecoderOutcome* best_linear = nullptr;  ///< The one with most throughput.
  const DecoderOutcome* floor = nullptr;        ///< The reference with most.
  MeanOfRuns share;                             ///< Throughput of the one over that of the other.
  /// No decoder could be a tenth better than the best linear one without being better than what it is
  /// taught: the world is linear in closed loop, whatever its neurons are.
  bool is_linear() const { return share.mean > 1.0 / 1.1; }
};

/// Points into `outcome`. Nothing without linear decoder or reference.
std::optional<Headroom> HeadroomOf(const ConditionOutcome& outcome);

}  // namespace efferent::closed_loop
