#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "clients/evaluation/confidence_interval.h"

namespace efferent {

/// A figure with its interval.
struct Figure {
  double value = 0.0;
  std::int64_t n = 0;  ///< Bins behind it.
  std::optional<Interval> interval;
};

/// Errors of bins, grouped by the unit (trial) that they belong to. Units without any are fine.
using ErrorsByUnit = std::vector<std::vector<double>>;

/// Median (of an even number the mean of the middle two) and mean over all bins, with bootstrap
/// intervals over units. Nothing without bins.
std::optional<Figure> MedianFigure(const ErrorsByUnit& errors);
std::optional<Figure> MeanFigure(const ErrorsByUnit& errors);

/// An error, and in which of kNumSectors equal sectors of the plane the target lay.
inline constexpr std::size_t kNumSectors = 8;
struct DirectedError {
  double error = 0.0;
  std::size_t sector = 0;
};
using DirectedErrorsByUnit = std::vector<std::vector<DirectedError>>;

/// Mean over the sectors of the mean error in each: what a decoder reaches by guessing the commonest
/// direction counts no more than that direction does. Always pointing the same way is at 90 degrees.
/// Nothing unless every sector has a bin.
std::optional<Figure> BalancedFigure(const DirectedErrorsByUnit& errors);

/// Decoded and measured velocity along one axis in one bin.
struct VelocityPair {
  double decoded = 0.0;
  double measured = 0.0;
};
using PairsByUnit = std::vector<std::vector<VelocityPair>>;

/// R2 = 1 - SSE/SST, with SST about the mean of the measured velocity in these bins, and Pearson's
/// correlation; both with bootstrap intervals over units. Nothing for fewer than two bins, or where
/// what it divides by does not vary.
std::optional<Figure> RSquaredFigure(const PairsByUnit& pairs);
std::optional<Figure> CorrelationFigure(const PairsByUnit& pairs);

}  // namespace efferent
