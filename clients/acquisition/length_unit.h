#pragma once

#include <optional>
#include <string_view>

namespace efferent {

/// Metres in one unit of length, or metres per second in one unit of speed: `cm`, `Centimetres`,
/// `mm/s`, `meters per second`, `microns`, ... in any spelling. Nothing for what is no length
/// (`pixels`, `degrees`, `a.u.`, an empty unit) or no length by the second.
std::optional<double> MetresPerUnit(std::string_view unit);

}  // namespace efferent
