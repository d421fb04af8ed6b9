#pragma once

#include <vector>

namespace efferent::bench {

/// The smallest value that a share `p` (0 to 1) of all does not exceed. `values` not empty.
double Quantile(std::vector<double> values, double p);

/// Median with its 95 % confidence interval from the order of the values alone (normal
/// approximation of the binomial; David and Nagaraja, Order Statistics, 3rd ed., section 7.1).
struct MedianEstimate {
  double median = 0.0, ci_low = 0.0, ci_high = 0.0;
};
MedianEstimate EstimateMedian(std::vector<double> values);

}  // namespace efferent::bench
