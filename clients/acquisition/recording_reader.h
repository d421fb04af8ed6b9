#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/recording.h"

namespace efferent {

/// What to read from a recording. Names are those of the NWB file's objects, or their full paths;
/// not set: found by type and name; `none` for a quantity of behaviour: do without.
struct RecordingOptions {
  std::string path;
  std::optional<std::string> counts;      ///< A series [bins x channels].
  bool units = false;                     ///< The Units table, whatever counts there are.
  std::vector<std::string> units_where;   ///< Which of the units: see RowsWhere.
  std::optional<std::string> electrodes;  ///< A boolean column of the electrodes table, or `all`.
  std::optional<std::string> trials;      ///< A table in /intervals, or `none`.
  std::optional<std::string> position;
  std::optional<std::string> velocity;
  std::optional<std::string> target;
  std::optional<std::string> engaged;
  /// Metres in one unit of length of the behaviour, whatever unit the file says.
  std::optional<double> scale_m;
  /// Seconds in one unit of the spike times. Not set: seconds, and refused if they look like others.
  std::optional<double> spike_time_scale_s;
  double bin_width_ms = 20.0;  ///< For spike times only; a counts matrix has its own.
};

/// Reads an NWB 2 file: spikes (a Units table, SpikeEventSeries or a counts matrix), trials,
/// kinematics, target. What was taken, guessed, dropped or masked is in Recording::findings.
///
/// Spikes: a matrix whose name speaks of spikes, else the Units table, else SpikeEventSeries, else a
/// matrix that merely counts. The bins of spike times reach from the first spike (or time 0, if that
/// is within a minute) to the end of what was observed: obs_intervals, or if there are none, the end
/// of the last trial or of the behaviour where spikes do not cease for longer than they lasted.
/// Units of length are understood by their names; where there is no length, or a typical speed that
/// is no body's, 1 is taken for a power of ten of metres that makes it one.
/// @throws InputError saying what is wrong with the file or the choice, and what there is to choose
/// from; that spikes and behaviour have no time in common, with both spans.
Recording ReadRecording(const RecordingOptions& options);

}  // namespace efferent
