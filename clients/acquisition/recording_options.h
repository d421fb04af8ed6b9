#pragma once

#include "clients/acquisition/recording_reader.h"

namespace CLI {
class App;
}

namespace efferent {

/// Group of the options about recordings in a command's help.
inline constexpr const char* kRecordingGroup = "Recording";

/// `--counts`, `--electrodes`, `--bin-width-ms`, `--position`, `--velocity`, `--target`, `--engaged`:
/// what to read from a file. How the file itself is named is the command's business.
void AddRecordingOptions(CLI::App* command, RecordingOptions* options);

}  // namespace efferent
