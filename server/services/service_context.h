#pragma once

#include "server/realtime/thread_settings.h"
#include "server/recording/recorder.h"
#include "server/services/active_streams.h"
#include "server/services/background_workers.h"
#include "server/services/chunk_reader.h"
#include "server/session/session_registry.h"

namespace efferent {

/// What the services share. Outlives every call.
struct ServiceContext {
  SessionRegistry* sessions = nullptr;
  ActiveStreams* streams = nullptr;
  BackgroundWorkers* workers = nullptr;
  ChunkLimits chunk_limits;
  const ThreadSettings* threads = nullptr;
  Recorder* recorder = nullptr;       ///< Null: nothing is recorded.
  bool acknowledges_durable = false;  ///< A chunk is on the disk before it is acknowledged.
  DecoderFactory make_decoder;
};

}  // namespace efferent
