#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decoder/parameters.h"

namespace efferent {

/// Least severe message that is logged.
enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Settings of the server itself: the section `server` of a configuration file.
struct ServerParams {
  /// Each HOST:PORT (port 0: any free one) or unix:PATH; at least one, none twice.
  std::vector<std::string> listen = {"127.0.0.1:50051"};
  std::string data_dir;  ///< Empty: nothing is stored.
  LogLevel log_level = LogLevel::kInfo;
  int max_sessions = 256;
  double max_processor_share = 0.75;  ///< Of all processors, for sessions in real time.
  std::int64_t max_chunk_bytes = 4 << 20;
  std::int64_t max_chunk_events = 1 << 18;
  double keepalive_s = 10.0;      ///< Idle connections are probed this often.
  double shutdown_grace_s = 2.0;  ///< Streams that have not ended by then are cut off.
  int realtime_priority = 0;      ///< SCHED_FIFO for threads that decode; 0: their normal priority.
  std::vector<int> processors;    ///< That threads which decode may run on; empty: any.
  bool lock_memory = false;       ///< All memory stays in RAM.
};

template <class Visitor>
void VisitFields(ServerParams& p, Visitor&& visit) {
  visit("listen", p.listen);
  visit("data_dir", p.data_dir);
  visit("log_level", p.log_level);
  visit("max_sessions", p.max_sessions, Bounds{1, 10'000}, "sessions");
  visit("max_processor_share", p.max_processor_share, Bounds{0, 1}, "of all processors");
  visit("max_chunk_bytes", p.max_chunk_bytes, Bounds{1'024, 16 << 20}, "bytes");
  visit("max_chunk_events", p.max_chunk_events, Bounds{1, 1 << 24}, "spikes");
  visit("keepalive_s", p.keepalive_s, Bounds{1, 86'400}, "s");
  visit("shutdown_grace_s", p.shutdown_grace_s, Bounds{0.01, 60}, "s");
  visit("realtime_priority", p.realtime_priority, Bounds{0, 99}, "(0: none)");
  visit("processors", p.processors, Bounds{0, 1'023}, "each; none: any");
  visit("lock_memory", p.lock_memory);
}

}  // namespace efferent
