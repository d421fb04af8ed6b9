#include "clients/evaluation/closed_loop/scores.h"

#include <algorithm>
#include <cassert>

namespace efferent::closed_loop {
namespace {

std::vector<double> ValuesOf(const std::vector<RunScores>& runs, const Metric& metric) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const RunScores& run : runs) values.push_back(run.*metric.value);
  return values;
}

/// Of the decoders that are of this kind.
const DecoderOutcome* Best(const ConditionOutcome& outcome, const Metric& metric,
                           bool DecoderOutcome::*kind) {
  const DecoderOutcome* best = nullptr;
  double best_loss = 0.0;
  for (const DecoderOutcome& decoder : outcome.decoders) {
    if (!(decoder.*kind)) continue;
    const double mean = Summarize(decoder.runs, metric).mean;
    const double loss = metric.less_is_better ? mean : -mean;
    if (best != nullptr && loss >= best_loss) continue;
    best = &decoder;
    best_loss = loss;
  }
  return best;
}

}  // namespace

RunScores ScoreRun(const std::vector<TrialResult>& trials, int phase) {
  const std::optional<TrialScores> scores = ScoreTrials(trials, phase);
  assert(scores);
  return {scores->success_rate.mean, scores->time_to_target_s.mean, scores->path_efficiency.mean,
          scores->throughput_bits_per_s.mean};
}

MeanOfRuns Summarize(const std::vector<RunScores>& runs, const Metric& metric) {
  MeanOfRuns summary = SummarizeRuns(ValuesOf(runs, metric));
  if (metric.value == &RunScores::success_rate && summary.interval) {
    summary.interval->low = std::max(0.0, summary.interval->low);
    summary.interval->high = std::min(1.0, summary.interval->high);
  }
  return summary;
}

const DecoderOutcome* BestLinear(const ConditionOutcome& outcome, const Metric& metric) {
  return Best(outcome, metric, &DecoderOutcome::is_linear);
}

MeanOfRuns PairedDifference(const DecoderOutcome& decoder, const DecoderOutcome& other) {
  assert(decoder.runs.size() == other.runs.size());
  std::vector<double> differences;
  for (std::size_t i = 0; i < decoder.runs.size(); ++i) {
    differences.push_back(decoder.runs[i].time_to_target_s - other.runs[i].time_to_target_s);
  }
  return SummarizeRuns(differences);
}

std::optional<MeanOfRuns> ThroughputRatio(const DecoderOutcome& decoder,
                                          const DecoderOutcome& other) {
  return SummarizeRatio(ValuesOf(decoder.runs, kThroughput), ValuesOf(other.runs, kThroughput));
}

BestLinearComparison CompareWithBestLinear(const ConditionOutcome& outcome,
                                           const DecoderOutcome& decoder) {
  const DecoderOutcome* quickest = BestLinear(outcome, kTimeToTarget);
  const DecoderOutcome* best = BestLinear(outcome, kThroughput);
  BestLinearComparison comparison;
  comparison.is_quickest = quickest == &decoder;
  comparison.has_most_throughput = best == &decoder;
  if (quickest != nullptr && !comparison.is_quickest) {
    comparison.time_less_s = PairedDifference(decoder, *quickest);
  }
  if (best != nullptr && !comparison.has_most_throughput) {
    comparison.throughput_over = ThroughputRatio(decoder, *best);
  }
  return comparison;
}

std::optional<Headroom> HeadroomOf(const ConditionOutcome& outcome) {
  const DecoderOutcome* linear = BestLinear(outcome, kThroughput);
  const DecoderOutcome* floor = Best(outcome, kThroughput, &DecoderOutcome::is_reference);
  if (linear == nullptr || floor == nullptr) return std::nullopt;
  const auto share = ThroughputRatio(*linear, *floor);
  if (!share) return std::nullopt;
  return Headroom{linear, floor, *share};
}

}  // namespace efferent::closed_loop
