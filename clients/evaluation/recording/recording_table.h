#pragma once

#include <string>

#include "clients/evaluation/recording/recording_evaluation.h"

namespace efferent {

/// The figures of a recording for a terminal: what was taken, guessed, dropped and rejected; for each protocol a table with a condition a row and a
/// decoder a column, the best marked, and below the conditions the trials to adapt and the time it
/// took; then the dead-neuron control, and the balanced error with and without neurons.
std::string DescribeEvaluation(const RecordingEvaluation& evaluation);

/// Decoders that have figures under a protocol, in their order; the decoder of the day first, if it
/// is wanted and the recording has it.
struct ScoredDecoder {
  std::string name;
  std::string protocol;
};
std::vector<ScoredDecoder> ScoredDecoders(const RecordingEvaluation& evaluation,
                                          const std::string& protocol, bool with_recorded = true);

/// Protocols of the runs but the control, in their order.
std::vector<std::string> Protocols(const RecordingEvaluation& evaluation);

/// A control whose median angle error is below this knows something of the target without neurons.
inline constexpr double kGuessableDeg = 60.0;

/// A condition whose targets can be guessed without neurons: the best of the controls there.
struct GuessableCondition {
  std::string name;
  const ResultRow* control = nullptr;
};
/// With kTarget, the conditions whose control is below kGuessableDeg.
std::vector<GuessableCondition> GuessableConditions(const RecordingEvaluation& evaluation);

/// Index of the best of some figures; nothing if fewer than two are there. `lowest`: whether less is
/// better.
std::optional<std::size_t> Best(const std::vector<const ResultRow*>& figures, bool lowest);

}  // namespace efferent
