#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/length_scale.h"
#include "clients/acquisition/recording.h"
#include "clients/evaluation/decoder_choice.h"
#include "clients/evaluation/recording/recording_input.h"
#include "clients/evaluation/recording/recording_run.h"
#include "clients/evaluation/recording/recording_score.h"
#include "clients/report/result_row.h"
#include "decoder/step.h"

namespace efferent {

/// How learning and scoring are arranged.
enum class RecordingProtocol {
  kPrequentialTrials,  ///< The whole recording in order, each trial scored before it is learnt from.
  kHoldout,  ///< The last part is scored: with learning off from there on, and with learning going on.
};

/// What to run on every recording.
struct EvaluationSettings {
  std::vector<NamedDecoder> decoders;
  StepParams step;                   ///< Features, label, limits; the shape is the recording's.
  std::optional<LabelSource> label;  ///< Not set: the target if the recording has one.
  RecordingProtocol protocol = RecordingProtocol::kPrequentialTrials;
  double holdout = 0.25;  ///< Share of the bins, in (0, 1).
  /// Each decoder that draws its weights runs once for each seed; empty: once, with its own.
  std::vector<std::uint64_t> seeds;
  /// Labels that are measured velocities may raise limits.max_speed_m_s, see LimitsThatFit.
  bool fit_limits = true;
  double block_s = kDefaultBlockS;  ///< Length of what serves as trials in a recording without.
  int num_threads = 0;              ///< 0: as many as the machine has.
};

/// One decoder over one recording.
struct EvaluatedRun {
  NamedDecoder decoder;
  std::string protocol;  ///< As in the rows.
  std::optional<std::uint64_t> seed;
  ChannelControl control = ChannelControl::kNone;
  PointTrack decoded_m_s;  ///< Kept for the first seed only, empty for the others.
  double us_per_bin = 0.0;
  std::int64_t num_learned = 0;
  LearningCounts learning;
  InputCounts input;
};

/// A recording with all that was run on it.
struct RecordingEvaluation {
  explicit RecordingEvaluation(const Recording* of, RecordingInput loaded)
      : recording(of), input(std::move(loaded)) {}

  const Recording* recording;
  RecordingInput input;
  LabelSource label = LabelSource::kTarget;
  PointTrack measured_m_s;            ///< With kKinematics, what was measured.
  std::int64_t first_bin = 0;         ///< Scored from here on.
  std::optional<SpeedLimits> limits;  ///< What the labels ask for, if more than the settings have.
  std::vector<EvaluatedRun> runs;     ///< Decoders in order, of each: protocols, seeds.
  /// Figures of every run, then of the decoder of the day, then means over seeds, then findings about the
  /// recording; see docs/results.md.
  std::vector<ResultRow> rows;

  ScoreTask task() const { return {recording, label, &measured_m_s, &input.trials(), first_bin}; }
};

/// Findings about the labels and roll-backs of each run.
Findings RunFindings(const RecordingEvaluation& evaluation);

/// Name of the protocol in the rows of runs without / with learning in the scored part.
inline constexpr const char* kPrequentialName = "prequential-trials";
inline constexpr const char* kHoldoutFrozenName = "holdout-frozen";
inline constexpr const char* kHoldoutPrequentialName = "holdout-prequential";
inline constexpr const char* kAsRecordedName = "as-recorded";
/// Appended to the protocol of the controls: the dead-neuron control, and all spikes in one channel.
inline constexpr const char* kSilentSuffix = "+silent";
inline constexpr const char* kSummedSuffix = "+summed";

/// Told now and then how many bins of how many have been decoded.
using EvaluationProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Runs every decoder, with every seed, on every recording, and the first protocol once more for each
/// ChannelControl; scores all of it. The same whatever the number of threads, but for us_per_bin.
/// `recordings` must outlive the result.
/// @throws InputError if a recording cannot be scored so: it lacks target, position or velocity, or
/// the scored part is empty. InvalidParameters for settings out of bounds.
std::vector<RecordingEvaluation> EvaluateRecordings(std::vector<Recording>* recordings,
                                                    const EvaluationSettings& settings,
                                                    const EvaluationProgress& on_progress = {});

/// Adds to figures of several seeds their mean (seed: none) with Student's t interval over seeds, n:
/// how many. Figures with a single seed, or none, are left as they are.
void AddMeansOverSeeds(std::vector<ResultRow>* rows);

/// The row of a figure: the mean over seeds if there are several, else the only one. Null if there is
/// none.
const ResultRow* FindRow(const std::vector<ResultRow>& rows, const std::string& decoder,
                         const std::string& condition, const std::string& protocol,
                         const std::string& metric);

}  // namespace efferent
