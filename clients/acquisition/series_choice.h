#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/acquisition/nwb_file.h"

namespace efferent {

/// The one series that a user named, by its name or its path.
/// @throws InputError listing what there is, if none or several match. `what`: for example
/// "counts".
const NwbSeries& NamedSeries(const std::vector<NwbSeries>& all, const std::string& wanted,
                             std::string_view what);

/// Counts matrices: matrices of plain TimeSeries whose unit or name speaks of counts or spikes.
std::vector<const NwbSeries*> CountCandidates(const std::vector<NwbSeries>& all);

/// The best guess for each quantity, by type and name, or null.
const NwbSeries* GuessPosition(const std::vector<NwbSeries>& all);
/// `position`: what was chosen as position, or null; a velocity of the same effector is preferred.
const NwbSeries* GuessVelocity(const std::vector<NwbSeries>& all, const NwbSeries* position);
const NwbSeries* GuessTarget(const std::vector<NwbSeries>& all);
/// Radius of the target, by its name `target_radius`.
const NwbSeries* GuessTargetRadius(const std::vector<NwbSeries>& all);
const NwbSeries* GuessEngaged(const std::vector<NwbSeries>& all);
const NwbSeries* GuessRecordedVelocity(const std::vector<NwbSeries>& all);

/// "name [rows x columns], ..." for messages; "nothing" if there are none.
std::string DescribeSeries(const std::vector<const NwbSeries*>& series);

}  // namespace efferent
