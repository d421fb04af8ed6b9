#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decoder/parameters.h"

namespace efferent {

/// Least severe message that is logged.
enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// What a chunk's acknowledgement says about its recording.
enum class DurabilityChoice {
  kBatch,  ///< Nothing: it is written within server.batch_interval_s.
  kFull,   ///< It is on the disk.
};

/// Names that a choice's values have, in their order.
inline const std::vector<std::string>& NamesOf(LogLevel) {
  static const std::vector<std::string> names = {"debug", "info", "warning", "error"};
  return names;
}
inline const std::vector<std::string>& NamesOf(DurabilityChoice) {
  static const std::vector<std::string> names = {"batch", "full"};
  return names;
}

/// The value of that name, or nothing.
template <class Choice>
std::optional<Choice> FindChoice(const std::string& name) {
  const auto& names = NamesOf(Choice());
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Choice>(found - names.begin());
}

/// Settings of the server itself: the section `server` of a configuration file.
struct ServerParams {
  /// Each HOST:PORT (port 0: any free one) or unix:PATH; at least one, none twice.
  std::vector<std::string> listen = {"127.0.0.1:50051"};
  std::string metrics_listen;  ///< HOST:PORT of the metrics' HTTP; empty: there are none.
  bool insecure = false;       ///< Addresses that other machines reach may be listened on.
  std::string data_dir;        ///< Empty: nothing is recorded.
  DurabilityChoice durability = DurabilityChoice::kBatch;
  double batch_interval_s = 0.075;      ///< What a killed server loses of its recordings.
  double recording_buffer_s = 4.0;      ///< That a disk may take nothing before records are lost.
  double checkpoint_interval_s = 60.0;  ///< Of session time, between two checkpoints of a session.
  double keep_days = 365.0;             ///< Recordings that ended longer ago are erased.
  double keep_gigabytes = 100.0;        ///< Beyond this much those that ended first are erased.
  double resume_within_s = 86'400.0;   ///< Sessions silent for longer do not go on after a restart.
  double end_idle_after_s = 86'400.0;  ///< Sessions without source and arm for longer are ended.
  LogLevel log_level = LogLevel::kInfo;
  int max_sessions = 256;
  int max_connections = 4'096;        ///< Of clients; fewer where the limit of open files is lower.
  double max_processor_share = 0.75;  ///< Of all processors, for sessions in real time.
  double max_memory_gigabytes = 0.0;  ///< For sessions; 0: three quarters of what there is.
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
  visit("metrics_listen", p.metrics_listen);
  visit("insecure", p.insecure);
  visit("data_dir", p.data_dir);
  visit("durability", p.durability);
  visit("batch_interval_s", p.batch_interval_s, Bounds{0.001, 0.2}, "s");
  visit("recording_buffer_s", p.recording_buffer_s, Bounds{0.1, 600}, "s");
  visit("checkpoint_interval_s", p.checkpoint_interval_s, Bounds{0.1, 86'400}, "s");
  visit("keep_days", p.keep_days, Bounds{0, 36'500, 0.01}, "days (0: for ever)");
  visit("keep_gigabytes", p.keep_gigabytes, Bounds{0, 1e6, 0.01}, "GB (0: as much as there is)");
  visit("resume_within_s", p.resume_within_s, Bounds{0, 1e9, 1.0}, "s (0: never)");
  visit("end_idle_after_s", p.end_idle_after_s, Bounds{0, 1e9, 0.1}, "s (0: never)");
  visit("log_level", p.log_level);
  visit("max_sessions", p.max_sessions, Bounds{1, 10'000}, "sessions");
  visit("max_connections", p.max_connections, Bounds{16, 1'000'000}, "connections");
  visit("max_processor_share", p.max_processor_share, Bounds{0, 1}, "of all processors");
  visit("max_memory_gigabytes", p.max_memory_gigabytes, Bounds{0, 1e6},
        "GB for sessions (0: three quarters of the machine's or the container's)");
  visit("max_chunk_bytes", p.max_chunk_bytes, Bounds{1'024, 16 << 20}, "bytes");
  visit("max_chunk_events", p.max_chunk_events, Bounds{1, 1 << 24}, "spikes");
  visit("keepalive_s", p.keepalive_s, Bounds{1, 86'400}, "s");
  visit("shutdown_grace_s", p.shutdown_grace_s, Bounds{0.01, 60}, "s");
  visit("realtime_priority", p.realtime_priority, Bounds{0, 99}, "(0: none)");
  visit("processors", p.processors, Bounds{0, 1'023}, "each; none: any");
  visit("lock_memory", p.lock_memory);
}

}  // namespace efferent
