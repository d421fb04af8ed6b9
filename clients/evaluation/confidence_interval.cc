#include "clients/evaluation/confidence_interval.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <numeric>
#include <random>

namespace efferent {
namespace {

constexpr double kTail = 0.025;

// The value below which a share `p` lies, between neighbours linearly. `sorted`: not empty.
double Quantile(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

std::optional<Interval> BootstrapInterval(std::size_t num_units,
                                          const ResampledStatistic& statistic) {
  if (num_units < 2) return std::nullopt;
  std::mt19937_64 random(kBootstrapSeed);
  std::uniform_int_distribution<std::size_t> unit(0, num_units - 1);
  std::vector<int> times_drawn(num_units);
  std::vector<double> values;
  for (int resample = 0; resample < kBootstrapResamples; ++resample) {
    std::fill(times_drawn.begin(), times_drawn.end(), 0);
    for (std::size_t draw = 0; draw < num_units; ++draw) ++times_drawn[unit(random)];
    if (const auto value = statistic(times_drawn)) values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Interval{Quantile(values, kTail), Quantile(values, 1.0 - kTail)};
}

MeanOfRuns SummarizeRuns(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  MeanOfRuns result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2) return result;
  double squares = 0.0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  const double standard_error = std::sqrt(squares / (n - 1.0) / n);
  const double t =
      boost::math::quantile(boost::math::complement(boost::math::students_t(n - 1.0), kTail));
  result.interval = Interval{result.mean - t * standard_error, result.mean + t * standard_error};
  return result;
}

std::optional<MeanOfRuns> SummarizeRatio(const std::vector<double>& values,
                                         const std::vector<double>& others) {
  assert(values.size() == others.size());
  const double mean = SummarizeRuns(others).mean;
  if (!(mean > 0.0)) return std::nullopt;
  const double ratio = SummarizeRuns(values).mean / mean;
  std::vector<double> residuals(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    residuals[i] = (values[i] - ratio * others[i]) / mean;
  }
  // The residuals' mean is zero but for rounding.
  MeanOfRuns result = SummarizeRuns(residuals);
  result.mean = ratio;
  if (result.interval)
    result.interval = {result.interval->low + ratio, result.interval->high + ratio};
  return result;
}

}  // namespace efferent
