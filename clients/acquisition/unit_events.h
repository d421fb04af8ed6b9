#pragma once

#include <string>
#include <vector>

#include "clients/acquisition/nwb_file.h"

namespace efferent {

/// Spikes of the /units table: one sorted unit a channel, in the order of the table.
struct UnitSpikes {
  std::uint32_t num_units = 0;
  std::vector<double> times_s;       ///< In order of time.
  std::vector<std::uint32_t> units;  ///< Of each spike.
};

/// Whether the file has a units table with spike times.
bool HasUnitSpikes(const NwbFile& file);

/// @throws InputError if the table is damaged: an index that decreases or leads beyond the spikes,
/// a time that is not finite.
UnitSpikes ReadUnitSpikes(const NwbFile& file);

}  // namespace efferent
