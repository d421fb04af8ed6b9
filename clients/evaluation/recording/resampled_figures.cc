#include "clients/evaluation/recording/resampled_figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace efferent {
namespace {

// An error and the unit that it belongs to, so that errors can be sorted once for all resamples.
struct OwnedError {
  double error;
  std::size_t unit;
};

std::optional<double> WeightedMedian(const std::vector<OwnedError>& sorted,
                                     std::span<const int> weight_of_unit) {
  std::int64_t total = 0;
  for (const OwnedError& e : sorted) total += weight_of_unit[e.unit];
  if (total == 0) return std::nullopt;
  const std::int64_t low_place = (total - 1) / 2;
  const std::int64_t high_place = total / 2;
  std::optional<double> low;
  std::int64_t passed = 0;
  for (const OwnedError& e : sorted) {
    passed += weight_of_unit[e.unit];
    if (!low && passed > low_place) low = e.error;
    if (passed > high_place) return (*low + e.error) / 2.0;
  }
  return std::nullopt;
}

// Sums over the bins of a unit, of velocities from which a common offset was taken.
struct PairSums {
  double n = 0, decoded = 0, measured = 0, decoded2 = 0, measured2 = 0, product = 0, error2 = 0;

  void Add(double d, double m) {
    n += 1;
    decoded += d;
    measured += m;
    decoded2 += d * d;
    measured2 += m * m;
    product += d * m;
    error2 += (d - m) * (d - m);
  }
  void Add(const PairSums& other, double times) {
    n += times * other.n;
    decoded += times * other.decoded;
    measured += times * other.measured;
    decoded2 += times * other.decoded2;
    measured2 += times * other.measured2;
    product += times * other.product;
    error2 += times * other.error2;
  }
};

std::vector<PairSums> SumUnits(const PairsByUnit& pairs) {
  // R2 and correlation do not change when both velocities are shifted alike; near zero the sums of
  // squares lose no digits.
  double total = 0.0;
  double n = 0.0;
  for (const auto& unit : pairs) {
    for (const VelocityPair& pair : unit) total += pair.measured;
    n += static_cast<double>(unit.size());
  }
  const double offset = n > 0.0 ? total / n : 0.0;
  std::vector<PairSums> sums(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (const VelocityPair& pair : pairs[i]) {
      sums[i].Add(pair.decoded - offset, pair.measured - offset);
    }
  }
  return sums;
}

// Sum of squares about the mean; nothing where it is no more than what rounding leaves of a constant.
std::optional<double> Variation(double n, double sum, double squares) {
  const double variation = squares - sum * sum / n;
  if (n < 2 || !(variation > 1e-12 * squares)) return std::nullopt;
  return variation;
}

std::optional<double> RSquared(const PairSums& s) {
  const auto variation = Variation(s.n, s.measured, s.measured2);
  if (!variation) return std::nullopt;
  return 1.0 - s.error2 / *variation;
}

std::optional<double> Correlation(const PairSums& s) {
  const auto measured = Variation(s.n, s.measured, s.measured2);
  const auto decoded = Variation(s.n, s.decoded, s.decoded2);
  if (!measured || !decoded) return std::nullopt;
  return (s.product - s.decoded * s.measured / s.n) / std::sqrt(*measured * *decoded);
}

std::optional<Figure> PairFigure(const PairsByUnit& pairs,
                                 std::optional<double> (*statistic)(const PairSums&)) {
  const std::vector<PairSums> units = SumUnits(pairs);
  const auto resampled = [&](std::span<const int> times_drawn) {
    PairSums sums;
    for (std::size_t i = 0; i < units.size(); ++i) sums.Add(units[i], times_drawn[i]);
    return statistic(sums);
  };
  const std::vector<int> once(units.size(), 1);
  const std::optional<double> value = resampled(once);
  if (!value) return std::nullopt;
  std::int64_t n = 0;
  for (const auto& unit : pairs) n += static_cast<std::int64_t>(unit.size());
  return Figure{*value, n, BootstrapInterval(units.size(), resampled)};
}

std::int64_t CountBins(const ErrorsByUnit& errors) {
  std::int64_t n = 0;
  for (const auto& unit : errors) n += static_cast<std::int64_t>(unit.size());
  return n;
}

}  // namespace

std::optional<Figure> MedianFigure(const ErrorsByUnit& errors) {
  std::vector<OwnedError> sorted;
  for (std::size_t unit = 0; unit < errors.size(); ++unit) {
    for (const double error : errors[unit]) sorted.push_back({error, unit});
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const OwnedError& a, const OwnedError& b) { return a.error < b.error; });
  const auto resampled = [&](std::span<const int> times_drawn) {
    return WeightedMedian(sorted, times_drawn);
  };
  const std::vector<int> once(errors.size(), 1);
  const std::optional<double> value = resampled(once);
  if (!value) return std::nullopt;
  return Figure{*value, CountBins(errors), BootstrapInterval(errors.size(), resampled)};
}

std::optional<Figure> MeanFigure(const ErrorsByUnit& errors) {
  const std::int64_t n = CountBins(errors);
  if (n == 0) return std::nullopt;
  std::vector<double> sums;
  for (const auto& unit : errors) sums.push_back(std::accumulate(unit.begin(), unit.end(), 0.0));
  const auto resampled = [&](std::span<const int> times_drawn) -> std::optional<double> {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sum += times_drawn[i] * sums[i];
      count += times_drawn[i] * static_cast<double>(errors[i].size());
    }
    if (count == 0.0) return std::nullopt;
    return sum / count;
  };
  const std::vector<int> once(errors.size(), 1);
  return Figure{*resampled(once), n, BootstrapInterval(errors.size(), resampled)};
}

std::optional<Figure> BalancedFigure(const DirectedErrorsByUnit& errors) {
  struct SectorSums {
    std::array<double, kNumSectors> error{};
    std::array<double, kNumSectors> count{};
  };
  std::vector<SectorSums> sums(errors.size());
  std::int64_t n = 0;
  for (std::size_t unit = 0; unit < errors.size(); ++unit) {
    for (const DirectedError& e : errors[unit]) {
      sums[unit].error[e.sector] += e.error;
      sums[unit].count[e.sector] += 1.0;
      ++n;
    }
  }
  const auto resampled = [&](std::span<const int> times_drawn) -> std::optional<double> {
    double total = 0.0;
    for (std::size_t sector = 0; sector < kNumSectors; ++sector) {
      double error = 0.0;
      double count = 0.0;
      for (std::size_t unit = 0; unit < sums.size(); ++unit) {
        error += times_drawn[unit] * sums[unit].error[sector];
        count += times_drawn[unit] * sums[unit].count[sector];
      }
      if (count == 0.0) return std::nullopt;
      total += error / count;
    }
    return total / static_cast<double>(kNumSectors);
  };
  const std::vector<int> once(errors.size(), 1);
  const std::optional<double> value = resampled(once);
  if (!value) return std::nullopt;
  return Figure{*value, n, BootstrapInterval(errors.size(), resampled)};
}

std::optional<Figure> RSquaredFigure(const PairsByUnit& pairs) {
  return PairFigure(pairs, RSquared);
}

std::optional<Figure> CorrelationFigure(const PairsByUnit& pairs) {
  return PairFigure(pairs, Correlation);
}

}  // namespace efferent
