#include "tests/bench/order_statistics.h"

#include <algorithm>
#include <cmath>

namespace efferent::bench {

double Quantile(std::vector<double> values, double p) {
  const auto n = static_cast<double>(values.size());
  const double rank = std::clamp(std::ceil(p * n) - 1.0, 0.0, n - 1.0);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

MedianEstimate EstimateMedian(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  const double half_width = 0.5 * 1.96 * std::sqrt(n);
  const auto at = [&](double rank) {
    return values[static_cast<std::size_t>(std::clamp(rank, 0.0, n - 1.0))];
  };
  return {Quantile(values, 0.5), at(std::floor(0.5 * n - half_width)),
          at(std::ceil(0.5 * n + half_width))};
}

}  // namespace efferent::bench
