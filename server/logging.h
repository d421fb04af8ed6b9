#pragma once

#include "server/config/server_params.h"

namespace efferent {

/// Sends the log, and gRPC's own, to stderr through a queue of 8,192 lines and a thread: when it is
/// full the oldest line goes, so that nobody waits for a terminal.
void StartLog(LogLevel level);
/// Writes what is queued.
void StopLog();

}  // namespace efferent
