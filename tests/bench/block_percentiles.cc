#include "tests/bench/block_percentiles.h"

#include <cstddef>

namespace efferent::bench {

BlockPercentiles::BlockPercentiles(const std::vector<std::vector<double>>& blocks) {
  std::vector<double> all, medians;
  for (const auto& block : blocks) {
    all.insert(all.end(), block.begin(), block.end());
    medians.push_back(Quantile(block, 0.5));
  }
  n = static_cast<std::int64_t>(all.size());
  p50 = Quantile(all, 0.5);
  p90 = Quantile(all, 0.9);
  p99 = Quantile(all, 0.99);
  p999 = Quantile(all, 0.999);
  max = Quantile(all, 1.0);
  of_medians = EstimateMedian(medians);
}

MedianEstimate RatioOfBlocks(const std::vector<std::vector<double>>& numerator,
                             const std::vector<std::vector<double>>& denominator, double p) {
  std::vector<double> ratios;
  for (std::size_t k = 0; k < numerator.size(); ++k) {
    ratios.push_back(Quantile(numerator[k], p) / Quantile(denominator[k], p));
  }
  return EstimateMedian(std::move(ratios));
}

}  // namespace efferent::bench
