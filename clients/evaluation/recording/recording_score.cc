#include "clients/evaluation/recording/recording_score.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "clients/acquisition/scoring.h"
#include "clients/evaluation/recording/resampled_figures.h"

namespace efferent {
namespace {

// The scored trials and what lies between them: every bin from first_bin on, in one unit each.
ScoredCondition AllBins(const ScoreTask& task) {
  ScoredCondition all{"all", {}};
  for (const RecordedTrial& trial : *task.trials) {
    if (trial.first_bin < task.first_bin) continue;
    if (!all.units.empty()) all.units.back().stop_bin = trial.first_bin;
    all.units.push_back({all.units.empty() ? task.first_bin : trial.first_bin, trial.stop_bin});
  }
  if (all.units.empty()) all.units.push_back({task.first_bin, 0});
  all.units.back().stop_bin = task.recording->num_bins;
  return all;
}

ErrorsByUnit CollectErrors(const ScoreTask& task, const PointTrack& decoded_m_s,
                           const ScoredCondition& condition) {
  ErrorsByUnit errors;
  for (const ScoredCondition::Unit& unit : condition.units) {
    errors.push_back(AngleErrorsDeg(*task.recording, decoded_m_s, unit.first_bin, unit.stop_bin));
  }
  return errors;
}

// Which of kNumSectors sectors the target lies in, the first about the x axis.
std::size_t SectorOf(const Recording& recording, std::size_t bin) {
  const Point& target = *recording.target_m[bin];
  const Point& position = *recording.position_m[bin];
  const double turns =
      std::atan2(target[1] - position[1], target[0] - position[0]) / (2.0 * M_PI) + 1.0;
  const auto sectors = static_cast<double>(kNumSectors);
  return static_cast<std::size_t>(std::lround(turns * sectors)) % kNumSectors;
}

DirectedErrorsByUnit CollectDirectedErrors(const ScoreTask& task, const PointTrack& decoded_m_s,
                                           const ScoredCondition& condition) {
  DirectedErrorsByUnit errors;
  for (const ScoredCondition::Unit& unit : condition.units) {
    std::vector<DirectedError>& of_unit = errors.emplace_back();
    for (std::int64_t bin = unit.first_bin; bin < unit.stop_bin; ++bin) {
      const auto i = static_cast<std::size_t>(bin);
      if (!decoded_m_s[i]) continue;
      const auto error = AngleErrorDeg(*task.recording, bin, *decoded_m_s[i]);
      if (error) of_unit.push_back({*error, SectorOf(*task.recording, i)});
    }
  }
  return errors;
}

PairsByUnit CollectPairs(const ScoreTask& task, const PointTrack& decoded_m_s,
                         const ScoredCondition& condition, std::size_t axis) {
  PairsByUnit pairs;
  for (const ScoredCondition::Unit& unit : condition.units) {
    std::vector<VelocityPair>& of_unit = pairs.emplace_back();
    for (auto bin = static_cast<std::size_t>(unit.first_bin);
         bin < static_cast<std::size_t>(unit.stop_bin); ++bin) {
      const std::optional<Point>& decoded = decoded_m_s[bin];
      const std::optional<Point>& measured = (*task.measured_m_s)[bin];
      if (decoded && measured) of_unit.push_back({(*decoded)[axis], (*measured)[axis]});
    }
  }
  return pairs;
}

}  // namespace

std::vector<ScoredCondition> ScoredConditions(const ScoreTask& task) {
  std::vector<ScoredCondition> conditions;
  if (!task.recording->trials.empty()) {
    std::map<std::string, std::size_t> place;
    for (const RecordedTrial& trial : *task.trials) {
      if (trial.first_bin < task.first_bin) continue;
      const auto [entry, is_new] = place.emplace(trial.condition, conditions.size());
      if (is_new) conditions.push_back({trial.condition, {}});
      conditions[entry->second].units.push_back({trial.first_bin, trial.stop_bin});
    }
  }
  conditions.push_back(AllBins(task));
  return conditions;
}

std::vector<InstabilityRun> InstabilityRuns(const ScoreTask& task) {
  const std::vector<RecordedTrial>& trials = *task.trials;
  std::vector<InstabilityRun> runs;
  for (std::size_t i = 1; i < trials.size(); ++i) {
    const bool on = trials[i].instability.value_or(false);
    if (!on || trials[i - 1].instability.value_or(true)) continue;
    std::size_t stop = i;
    while (stop < trials.size() && trials[stop].instability.value_or(false)) ++stop;
    if (trials[i].first_bin >= task.first_bin) runs.push_back({i, stop});
  }
  return runs;
}

std::int64_t TrialsToAdapt(const ScoreTask& task, const PointTrack& decoded_m_s,
                           const InstabilityRun& run) {
  std::vector<double> sums;
  std::vector<double> counts;
  for (std::size_t i = run.first; i < run.stop; ++i) {
    const RecordedTrial& trial = (*task.trials)[i];
    const std::vector<double> errors =
        AngleErrorsDeg(*task.recording, decoded_m_s, trial.first_bin, trial.stop_bin);
    sums.push_back(std::accumulate(errors.begin(), errors.end(), 0.0));
    counts.push_back(static_cast<double>(errors.size()));
  }
  for (std::size_t k = 0; k + kAdaptedWindow <= sums.size(); ++k) {
    const auto window = [k](const std::vector<double>& of_trial) {
      const auto from = of_trial.begin() + static_cast<std::ptrdiff_t>(k);
      return std::accumulate(from, from + kAdaptedWindow, 0.0);
    };
    const double count = window(counts);
    if (count > 0.0 && window(sums) < kAdaptedBelowDeg * count) return static_cast<std::int64_t>(k);
  }
  return static_cast<std::int64_t>(sums.size());
}

std::vector<ResultRow> ScoreRun(const ScoreTask& task, const PointTrack& decoded_m_s,
                                const std::string& decoder, const std::string& protocol,
                                std::optional<std::uint64_t> seed) {
  std::vector<ResultRow> rows;
  const auto add = [&](const std::string& condition, const std::string& metric,
                       const std::optional<Figure>& figure) {
    if (!figure) return;
    ResultRow& row = rows.emplace_back();
    row = {decoder, condition, protocol, metric, figure->value, figure->n};
    if (figure->interval) {
      row.ci_low = figure->interval->low;
      row.ci_high = figure->interval->high;
    }
    row.seed = seed;
  };
  for (const ScoredCondition& condition : ScoredConditions(task)) {
    if (task.label == LabelSource::kTarget) {
      const ErrorsByUnit errors = CollectErrors(task, decoded_m_s, condition);
      add(condition.name, "angle_median_deg", MedianFigure(errors));
      add(condition.name, "angle_mean_deg", MeanFigure(errors));
      if (task.recording->num_dimensions == 2) {
        add(condition.name, "angle_balanced_deg",
            BalancedFigure(CollectDirectedErrors(task, decoded_m_s, condition)));
      }
      continue;
    }
    const auto num_axes = static_cast<std::size_t>(task.recording->num_dimensions);
    for (std::size_t axis = 0; axis < num_axes; ++axis) {
      const PairsByUnit pairs = CollectPairs(task, decoded_m_s, condition, axis);
      add(condition.name, "r2_" + AxisName(axis), RSquaredFigure(pairs));
      add(condition.name, "correlation_" + AxisName(axis), CorrelationFigure(pairs));
    }
  }
  if (task.label != LabelSource::kTarget) return rows;
  for (const InstabilityRun& run : InstabilityRuns(task)) {
    const std::int64_t trials = TrialsToAdapt(task, decoded_m_s, run);
    add((*task.trials)[run.first].condition, "trials_to_30deg",
        Figure{static_cast<double>(trials), static_cast<std::int64_t>(run.stop - run.first),
               std::nullopt});
  }
  return rows;
}

}  // namespace efferent
