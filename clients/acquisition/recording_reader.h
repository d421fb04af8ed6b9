#pragma once

#include <optional>
#include <string>

#include "clients/acquisition/recording.h"

namespace efferent {

/// What to read from a recording. Names are those of the NWB file's objects, or their full paths;
/// not set: found by type and name; `none` for a quantity of behaviour: do without.
struct RecordingOptions {
  std::string path;
  std::optional<std::string> counts;      ///< A series [bins x channels].
  std::optional<std::string> electrodes;  ///< A boolean column of the electrodes table, or `all`.
  std::optional<std::string> position;
  std::optional<std::string> velocity;
  std::optional<std::string> target;
  std::optional<std::string> engaged;
  double bin_width_ms = 20.0;  ///< For spike times only; a counts matrix has its own.
};

/// Reads an NWB 2 file: a counts matrix or the units' spike times, trials, kinematics, target.
/// @throws InputError saying what is wrong with the file or the choice, and what there is to choose
/// from.
Recording ReadRecording(const RecordingOptions& options);

}  // namespace efferent
