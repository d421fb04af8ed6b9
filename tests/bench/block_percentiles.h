#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/order_statistics.h"

namespace efferent::bench {

/// Percentiles of durations that were measured in blocks, [repeat][sample], in their unit; the
/// interval of the median from the medians of the blocks. No block may be empty.
struct BlockPercentiles {
  explicit BlockPercentiles(const std::vector<std::vector<double>>& blocks);

  std::int64_t n = 0;
  double p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0;
  MedianEstimate of_medians;
};

/// Quantile `p` of each block by that of the block beside it, which was measured in the same
/// breath: what a busy machine does to both cancels. Median over the blocks, with its interval.
MedianEstimate RatioOfBlocks(const std::vector<std::vector<double>>& numerator,
                             const std::vector<std::vector<double>>& denominator, double p);

}  // namespace efferent::bench
