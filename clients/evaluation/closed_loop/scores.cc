#include "clients/evaluation/closed_loop/scores.h"

#include <algorithm>
#include <cassert>

namespace efferent::closed_loop {

RunScores ScoreRun(const std::vector<TrialResult>& trials, int phase) {
  const std::optional<TrialScores> scores = ScoreTrials(trials, phase);
  assert(scores);
  return {scores->success_rate.mean, scores->time_to_target_s.mean, scores->path_efficiency.mean,
          scores->throughput_bits_per_s.mean};
}

MeanOfRuns Summarize(const std::vector<RunScores>& runs, const Metric& metric) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const RunScores& run : runs) values.push_back(run.*metric.value);
  MeanOfRuns summary = SummarizeRuns(values);
  if (metric.value == &RunScores::success_rate && summary.interval) {
    summary.interval->low = std::max(0.0, summary.interval->low);
    summary.interval->high = std::min(1.0, summary.interval->high);
  }
  return summary;
}

const DecoderOutcome* BestLinear(const ConditionOutcome& outcome) {
  const DecoderOutcome* best = nullptr;
  double best_s = 0.0;
  for (const DecoderOutcome& decoder : outcome.decoders) {
    if (!decoder.is_linear) continue;
    const double time_s = Summarize(decoder.runs, {"", &RunScores::time_to_target_s}).mean;
    if (best != nullptr && time_s >= best_s) continue;
    best = &decoder;
    best_s = time_s;
  }
  return best;
}

MeanOfRuns PairedDifference(const DecoderOutcome& decoder, const DecoderOutcome& other) {
  assert(decoder.runs.size() == other.runs.size());
  std::vector<double> differences;
  for (std::size_t i = 0; i < decoder.runs.size(); ++i) {
    differences.push_back(decoder.runs[i].time_to_target_s - other.runs[i].time_to_target_s);
  }
  return SummarizeRuns(differences);
}

}  // namespace efferent::closed_loop
