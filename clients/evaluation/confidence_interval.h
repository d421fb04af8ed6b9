#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace efferent {

/// A 95 % confidence interval.
struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// Resamples that a bootstrap draws, and what they are drawn from.
inline constexpr int kBootstrapResamples = 2000;
inline constexpr unsigned kBootstrapSeed = 20160325;

/// Percentile bootstrap (Efron & Tibshirani 1993, ch. 13) over `num_units` exchangeable units (trials,
/// populations): each resample draws num_units of them with replacement, and `statistic` computes
/// the figure from how often each was drawn; nothing where it is undefined (that resample is left
/// out). The 2.5th and 97.5th percentile of what came. The draws depend on num_units alone, so that
/// two decoders are resampled alike. Nothing with fewer than two units.
using ResampledStatistic = std::function<std::optional<double>(std::span<const int> times_drawn)>;
std::optional<Interval> BootstrapInterval(std::size_t num_units,
                                          const ResampledStatistic& statistic);

/// Mean of independent runs (seeds) with Student's t interval; without an interval for a single one.
struct MeanOfRuns {
  double mean = 0.0;
  std::optional<Interval> interval;
};
/// `values`: at least one.
MeanOfRuns SummarizeRuns(const std::vector<double>& values);

/// Ratio of the mean of `values` to the mean of `others`, of the same runs, with the interval of the
/// ratio estimator r = mean(x) / mean(y): Student's t over the runs' (x - r y) / mean(y) (Cochran,
/// Sampling Techniques, 1977, ch. 6). What runs have in common cancels, and a single run with y = 0
/// does no harm. Nothing if the mean of `others` is not positive.
std::optional<MeanOfRuns> SummarizeRatio(const std::vector<double>& values,
                                         const std::vector<double>& others);

}  // namespace efferent
