#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/acquisition/nwb_file.h"
#include "clients/acquisition/recording.h"

namespace efferent {

/// The one series that a user named, by its name or its path.
/// @throws InputError listing what there is, if none or several match. `what`: for example
/// "counts".
const NwbSeries& NamedSeries(const std::vector<NwbSeries>& all, const std::string& wanted,
                             std::string_view what);

/// Whether a series is a matrix of counts: a plain TimeSeries whose name speaks of spikes or
/// crossings (kSpikes), or whose name or unit merely speaks of counts (kCounts).
enum class CountKind { kNone, kCounts, kSpikes };
CountKind KindOfCounts(const NwbSeries& series);

/// The best guess for each quantity, by type and name, or null. Vectors have 1 to kMaxRecordedDimensions
/// columns; what goes with a position has as many as it.
const NwbSeries* GuessPosition(const std::vector<NwbSeries>& all);
/// `position`: what was chosen as position, or null; a velocity of the same effector is preferred.
const NwbSeries* GuessVelocity(const std::vector<NwbSeries>& all, const NwbSeries* position);
const NwbSeries* GuessTarget(const std::vector<NwbSeries>& all, const NwbSeries* position);
/// Radius of the target, by its name `target_radius`.
const NwbSeries* GuessTargetRadius(const std::vector<NwbSeries>& all);
const NwbSeries* GuessEngaged(const std::vector<NwbSeries>& all);
const NwbSeries* GuessRecordedVelocity(const std::vector<NwbSeries>& all,
                                       const NwbSeries* position);

/// The series that were looked at for a position or a velocity, and why each is neither:
/// "path [shape]: why; ...".
std::string WhyNoKinematics(const std::vector<NwbSeries>& all);

/// "name [rows x columns], ..." for messages; "nothing" if there are none.
std::string DescribeSeries(const std::vector<const NwbSeries*>& series);

}  // namespace efferent
