#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/acquisition/finding.h"
#include "clients/acquisition/nwb_file.h"
#include "clients/acquisition/time_span.h"

namespace efferent {

/// Spikes by their times, on the file's clock: a sorted unit or an electrode group a channel.
struct UnitSpikes {
  std::uint32_t num_units = 0;
  std::vector<double> times_s;       ///< In order of time.
  std::vector<std::uint32_t> units;  ///< Of each spike.
  /// When at least one of the units was observed, in order and apart; empty: the file does not say.
  std::vector<TimeSpan> observed;
  std::string what;  ///< For people: "40 units of /units".
};

/// Which units to read, and how.
struct UnitOptions {
  std::vector<std::string> where;  ///< See RowsWhere.
  double time_scale = 1.0;         ///< Seconds in the unit of the file's spike times.
};

/// Whether the file has a units table with spike times.
bool HasUnitSpikes(const NwbFile& file);

/// Units in the order of the table; obs_intervals of those that are read. Times that are not finite,
/// and single ones that lie further away than all the others are long (at most a thousandth of
/// them), are dropped.
/// @throws InputError if the table is damaged (an index that decreases or leads beyond the spikes),
/// options.where is wrong or leaves no unit, or there is no spike.
UnitSpikes ReadUnitSpikes(const NwbFile& file, const UnitOptions& options, Findings* findings);

/// Every SpikeEventSeries of the file is a channel, in the order of their paths: the time stamps of
/// its snapshots are the spikes. As ReadUnitSpikes otherwise.
/// @throws InputError if time stamps cannot be read, or there is no spike.
UnitSpikes ReadSpikeEventSeries(const NwbFile& file, const std::vector<NwbSeries>& all,
                                double time_scale, Findings* findings);
bool IsSpikeEventSeries(const NwbSeries& series);

}  // namespace efferent
