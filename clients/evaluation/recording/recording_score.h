#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/acquisition/recording.h"
#include "clients/report/result_row.h"
#include "decoder/intention.h"

namespace efferent {

/// What decoded velocities of a recording are scored by, and which part of them.
struct ScoreTask {
  const Recording* recording = nullptr;
  LabelSource label = LabelSource::kTarget;
  const PointTrack* measured_m_s = nullptr;  ///< With kKinematics: what was measured.
  /// In order; the units that the bootstrap draws. Blocks, for a recording without trials.
  const std::vector<RecordedTrial>* trials = nullptr;
  std::int64_t first_bin = 0;  ///< Trials that start before it are not scored, nor bins before it.
};

/// A set of bins with a name: the trials of a condition, or `all`: every bin from first_bin on, each
/// with the trial that it lies in or follows.
struct ScoredCondition {
  struct Unit {
    std::int64_t first_bin = 0;
    std::int64_t stop_bin = 0;
  };
  std::string name;
  std::vector<Unit> units;
};

/// Conditions in order of appearance, `all` last. Without trials in the recording `all` alone.
std::vector<ScoredCondition> ScoredConditions(const ScoreTask& task);

/// An instability was switched on before trial `first` (its column `instability` turned true); it
/// lasts up to trial `stop`.
struct InstabilityRun {
  std::size_t first = 0;
  std::size_t stop = 0;
};
/// Onsets whose first trial is scored. A recording that begins unstable has none there.
std::vector<InstabilityRun> InstabilityRuns(const ScoreTask& task);

/// After this many trials' mean error has fallen below this bound, a decoder counts as adapted.
inline constexpr double kAdaptedBelowDeg = 30.0;
inline constexpr std::size_t kAdaptedWindow = 5;

/// Trials until adapted: the smallest k such that the mean angle error over all scored bins of trials
/// first + k to first + k + 4 is below 30 degrees, all of them within the run; the length of the run
/// if there is none (value == n: never).
std::int64_t TrialsToAdapt(const ScoreTask& task, const PointTrack& decoded_m_s,
                           const InstabilityRun& run);

/// Every figure of a run, with 95 % bootstrap intervals over trials: for each condition
/// angle_median_deg, angle_mean_deg and, in the plane, angle_balanced_deg (label kTarget), or r2_x.., correlation_x.. (kKinematics); and
/// trials_to_30deg for each instability, under the condition of its first trial. What has no sample
/// has no row. docs/results.md defines them. `decoder`, `protocol`, `seed`: go into each row.
/// decoded_m_s: one for each bin of the recording.
std::vector<ResultRow> ScoreRun(const ScoreTask& task, const PointTrack& decoded_m_s,
                                const std::string& decoder, const std::string& protocol,
                                std::optional<std::uint64_t> seed);

}  // namespace efferent
