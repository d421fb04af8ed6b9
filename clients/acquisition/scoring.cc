#include "clients/acquisition/scoring.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

namespace efferent {

namespace {

double Norm(const Point& vector) {
  return std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
}

}  // namespace

std::optional<Point> WayToTarget(const Recording& recording, std::size_t bin) {
  if (!recording.has_position() || !recording.has_target() || !recording.engaged[bin]) return {};
  const std::optional<Point>& position = recording.position_m[bin];
  const std::optional<Point>& target = recording.target_m[bin];
  if (!position || !target) return {};
  Point way{};
  std::transform(target->begin(), target->end(), position->begin(), way.begin(), std::minus<>());
  return way;
}

std::optional<Point> VelocityToTarget(const Recording& recording, std::size_t bin,
                                      double speed_m_s) {
  std::optional<Point> velocity = WayToTarget(recording, bin);
  if (!velocity) return {};
  const double distance = Norm(*velocity);
  if (!(distance > kMinTargetDistanceM)) return {};
  for (double& component : *velocity) component *= speed_m_s / distance;
  return velocity;
}

std::optional<double> AngleErrorDeg(const Recording& recording, std::int64_t bin,
                                    const Point& velocity_m_s) {
  const std::optional<Point> way = WayToTarget(recording, static_cast<std::size_t>(bin));
  if (!way) return {};
  const double distance = Norm(*way);
  if (!(distance > kMinTargetDistanceM)) return {};
  const double speed = Norm(velocity_m_s);
  if (speed == 0.0) return 90.0;
  const double cosine =
      std::inner_product(way->begin(), way->end(), velocity_m_s.begin(), 0.0) / (distance * speed);
  return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180.0 / M_PI;
}

std::optional<ErrorSummary> Summarize(std::vector<double> errors) {
  if (errors.empty()) return std::nullopt;
  ErrorSummary summary;
  summary.n = static_cast<std::int64_t>(errors.size());
  summary.mean =
      std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(errors.size());
  const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::nth_element(errors.begin(), middle, errors.end());
  summary.median = *middle;
  if (errors.size() % 2 == 0) {
    summary.median = (summary.median + *std::max_element(errors.begin(), middle)) / 2.0;
  }
  return summary;
}

std::vector<Condition> Conditions(const Recording& recording) {
  if (recording.trials.empty()) return {{"all", {}}};
  std::vector<Condition> conditions;
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < recording.trials.size(); ++i) {
    const std::string& name = recording.trials[i].condition;
    const auto [entry, is_new] = place.emplace(name, conditions.size());
    if (is_new) conditions.push_back({name, {}});
    conditions[entry->second].trials.push_back(i);
  }
  return conditions;
}

std::vector<double> AngleErrorsDeg(const Recording& recording, const PointTrack& velocity_m_s,
                                   std::int64_t first_bin, std::int64_t stop_bin) {
  std::vector<double> errors;
  for (std::int64_t bin = first_bin; bin < stop_bin; ++bin) {
    const std::optional<Point>& velocity = velocity_m_s[static_cast<std::size_t>(bin)];
    if (!velocity) continue;
    if (const auto error = AngleErrorDeg(recording, bin, *velocity)) errors.push_back(*error);
  }
  return errors;
}

std::vector<double> AngleErrorsDeg(const Recording& recording, const PointTrack& velocity_m_s,
                                   const Condition& condition) {
  if (condition.trials.empty()) {
    return AngleErrorsDeg(recording, velocity_m_s, 0, recording.num_bins);
  }
  std::vector<double> errors;
  for (const std::size_t i : condition.trials) {
    const RecordedTrial& trial = recording.trials[i];
    const std::vector<double> more =
        AngleErrorsDeg(recording, velocity_m_s, trial.first_bin, trial.stop_bin);
    errors.insert(errors.end(), more.begin(), more.end());
  }
  return errors;
}

std::optional<RSquared> ScoreRSquared(const PointTrack& decoded_m_s, const PointTrack& measured_m_s,
                                      std::size_t axis, std::int64_t first_bin,
                                      std::int64_t stop_bin) {
  double sum = 0.0;
  std::int64_t n = 0;
  const auto for_each_pair = [&](auto use) {
    for (auto bin = static_cast<std::size_t>(first_bin); bin < static_cast<std::size_t>(stop_bin);
         ++bin) {
      if (decoded_m_s[bin] && measured_m_s[bin]) {
        use((*decoded_m_s[bin])[axis], (*measured_m_s[bin])[axis]);
      }
    }
  };
  for_each_pair([&](double, double measured) {
    sum += measured;
    ++n;
  });
  if (n < 2) return std::nullopt;
  const double mean = sum / static_cast<double>(n);
  double sse = 0.0;
  double sst = 0.0;
  for_each_pair([&](double decoded, double measured) {
    sse += (decoded - measured) * (decoded - measured);
    sst += (measured - mean) * (measured - mean);
  });
  if (sst == 0.0) return std::nullopt;
  return RSquared{1.0 - sse / sst, n};
}

}  // namespace efferent
