#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/recording.h"

namespace efferent {

/// A bin is scored if the cursor is released (engaged) and further than this from the target,
/// metres.
inline constexpr double kMinTargetDistanceM = 0.005;

/// The way from the cursor to the target at the start of a bin, metres. Nothing where one of them is not
/// known, or the cursor is not released: the bin has no target label.
std::optional<Point> WayToTarget(const Recording& recording, std::size_t bin);

/// Velocity of `speed_m_s` along that way. Nothing if the bin is not scored.
std::optional<Point> VelocityToTarget(const Recording& recording, std::size_t bin,
                                      double speed_m_s);

/// Angle between a decoded velocity and the direction from the cursor to the target at the start of
/// the bin, degrees, 0 to 180; a zero velocity, which has no direction, counts as 90. Nothing if
/// the bin is not scored.
std::optional<double> AngleErrorDeg(const Recording& recording, std::int64_t bin,
                                    const Point& velocity_m_s);

/// Median and mean of some errors.
struct ErrorSummary {
  double median = 0.0;
  double mean = 0.0;
  std::int64_t n = 0;
};

/// Nothing for no errors. The median of an even number is the mean of the middle two.
std::optional<ErrorSummary> Summarize(std::vector<double> errors);

/// The trials of one condition.
struct Condition {
  std::string name;
  std::vector<std::size_t>
      trials;  ///< Indices; empty: the recording has no trials, all bins are meant.
};

/// Conditions in order of appearance; for a recording without trials a single one, `all`.
std::vector<Condition> Conditions(const Recording& recording);

/// Angle errors of the bins [first_bin, stop_bin), in order. velocity: decoded, one for each bin;
/// bins without one are left out.
std::vector<double> AngleErrorsDeg(const Recording& recording, const PointTrack& velocity_m_s,
                                   std::int64_t first_bin, std::int64_t stop_bin);
/// The same for the bins of a condition.
std::vector<double> AngleErrorsDeg(const Recording& recording, const PointTrack& velocity_m_s,
                                   const Condition& condition);

/// Coefficient of determination of one axis, R2 = 1 - SSE/SST, over bins [first_bin, stop_bin) that
/// have both velocities. Nothing if there are fewer than two, or the measured velocity does not
/// vary.
struct RSquared {
  double value = 0.0;
  std::int64_t n = 0;
};
std::optional<RSquared> ScoreRSquared(const PointTrack& decoded_m_s, const PointTrack& measured_m_s,
                                      std::size_t axis, std::int64_t first_bin,
                                      std::int64_t stop_bin);

}  // namespace efferent
