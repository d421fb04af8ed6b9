#pragma once

#include "server/config/server_params.h"

namespace efferent {

/// Sends the log, and those of gRPC, Protobuf and SQLite, to stderr in one format, through a queue of
/// 8,192 lines and a thread. Nobody waits for whoever reads it: when the queue is full the oldest line
/// goes, and is counted (see LogSink). Before any of these libraries is used.
void StartLog(LogLevel level);
/// Writes what is queued, if it is read within half a second.
void StopLog();

}  // namespace efferent
