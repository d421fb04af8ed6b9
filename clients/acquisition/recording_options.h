#pragma once

#include "clients/acquisition/recording_reader.h"

namespace CLI {
class App;
}

namespace efferent {

/// Group of the options about recordings in a command's help.
inline constexpr const char* kRecordingGroup = "Recording";

/// `--counts`, `--units`, `--units-where`, `--electrodes`, `--bin-width-ms`, `--spike-time-scale`, `--trials`,
/// `--position`, `--velocity`, `--target`, `--engaged`, `--scale`: what to read from a file. How the file itself is named is the command's business.
void AddRecordingOptions(CLI::App* command, RecordingOptions* options);

}  // namespace efferent
