#include "clients/arm/trial_result.h"

#include <algorithm>
#include <cmath>

namespace efferent {

namespace {

constexpr double kNormal95 = 1.959964;

Estimate MeanWithInterval(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double variance = 0.0;
  for (const double value : values) variance += (value - mean) * (value - mean);
  const double half = n > 1.0 ? kNormal95 * std::sqrt(variance / (n - 1.0) / n) : 0.0;
  return {mean, mean - half, mean + half};
}

// Wilson, J Am Stat Assoc 22 (1927): sensible at 0 % and 100 % too.
Estimate RateWithInterval(int successes, int trials) {
  const double n = trials;
  const double rate = successes / n;
  const double z2 = kNormal95 * kNormal95;
  const double middle = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half =
      kNormal95 / (1.0 + z2 / n) * std::sqrt(rate * (1.0 - rate) / n + z2 / (4.0 * n * n));
  return {rate, std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace

double ThroughputBitsPerS(const TrialResult& trial) {
  if (!trial.success || !(trial.time_s > 0.0)) return 0.0;
  const double distance = (trial.target_m - trial.start_m).norm();
  return std::log2(1.0 + distance / (2.0 * trial.target_radius_m)) / trial.time_s;
}

std::optional<TrialScores> ScoreTrials(const std::vector<TrialResult>& trials, int phase) {
  std::vector<double> time, efficiency, throughput;
  int successes = 0;
  for (const TrialResult& trial : trials) {
    if (trial.phase != phase) continue;
    successes += trial.success ? 1 : 0;
    time.push_back(trial.time_s);
    efficiency.push_back(trial.path_efficiency);
    throughput.push_back(ThroughputBitsPerS(trial));
  }
  if (time.empty()) return std::nullopt;
  const auto num_trials = static_cast<int>(time.size());
  return TrialScores{num_trials, RateWithInterval(successes, num_trials), MeanWithInterval(time),
                     MeanWithInterval(efficiency), MeanWithInterval(throughput)};
}

}  // namespace efferent
