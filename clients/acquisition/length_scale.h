#pragma once

#include <optional>
#include <string>

#include "clients/acquisition/finding.h"
#include "clients/acquisition/recording.h"

namespace efferent {

/// The speed that one in fifty of the known velocities exceed (jumps between trials are fewer, rests do
/// not hide movement); nothing if none is known.
std::optional<double> FastSpeed(const PointTrack& velocity);

/// Metres in one unit of a series of lengths. `said_m`: what `--scale` says, if anything. `unit`: the
/// file's. `fast`: FastSpeed in the file's unit, if known. A unit that is a length is believed if
/// the speed is one that something in a laboratory moves at (1 mm/s to 10 m/s); otherwise 1 is taken
/// for the power of ten of metres that puts the speed between 0.1 and 1 m/s, and `findings` says so.
/// `what`: "position", for messages.
double ChooseScale(const std::optional<double>& said_m, const std::string& unit,
                   const std::optional<double>& fast, const char* what, Findings* findings);

/// Limits on commands that a recording asks for.
struct SpeedLimits {
  double max_speed_m_s = 1.0;
  double max_acceleration_m_s2 = 100.0;
};
/// For labels that are measured velocities: nothing if the defaults, which these are, suffice;
/// otherwise half as much again as all but a thousandth of the speeds, and the acceleration in the
/// same proportion.
std::optional<SpeedLimits> LimitsThatFit(const PointTrack& velocity_m_s);

/// Adds to the findings of a recording where its labels, measured velocities, come from; and, unless
/// a limit was set (`has_limit`), the limits that fit them, which it returns.
std::optional<SpeedLimits> AddLabelFindings(const PointTrack& velocity_m_s, bool has_limit,
                                            Recording* recording);

}  // namespace efferent
