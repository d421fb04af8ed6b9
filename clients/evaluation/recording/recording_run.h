#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "clients/acquisition/recording.h"
#include "clients/evaluation/channel_control.h"
#include "clients/evaluation/recording/recording_input.h"
#include "decoder/decoder_config.h"
#include "decoder/step.h"

namespace efferent {

/// One pass of one decoder over a recording.
struct RunPlan {
  StepParams step;  ///< Shape and effect of learning are filled in by the run.
  DecoderParams decoder;
  std::optional<std::int64_t> freeze_at_bin;  ///< From this bin on nothing is learnt.
  ChannelControl control = ChannelControl::kNone;
};

/// What came of it.
struct RunResult {
  PointTrack decoded_m_s;        ///< The command of each bin; zero where the decoder failed.
  double wall_s = 0.0;           ///< Decoding and learning.
  std::int64_t num_learned = 0;  ///< Bins that were learnt from.
  /// Roll-backs: it was not finite, or the guard stepped in; then it is frozen.
  LearningCounts learning;
  InputCounts input;
};

/// Decodes the whole recording in order through the same Step as the server, bin by bin: boundaries of
/// trials, decode, learn. What is learnt takes effect at the end of each trial
/// (LearningEffect::kTrialEnd), so the weights that decode trial k have learnt from trials before k
/// only. Adds the number of bins to `bins_done` as it goes, if given.
/// @throws InvalidParameters naming every parameter out of bounds.
RunResult RunOnRecording(const RecordingInput& input, const RunPlan& plan,
                         std::atomic<std::int64_t>* bins_done = nullptr);

}  // namespace efferent
