#include "server/metrics/server_metrics.h"

#include <chrono>

#include "server/metrics/metric_families.h"
#include "server/process_usage.h"

namespace efferent {

using prometheus::MetricFamily;
using prometheus::MetricType;

std::vector<MetricFamily> ServerMetrics::Collect() const {
  std::vector<MetricFamily> families;
  const auto add = [&](MetricType type, const char* name, const char* help, double value,
                       const MetricLabels& labels = {}) {
    families.push_back(MakeFamily(type, name, help));
    AddSample(labels, value, &families.back());
  };
  add(MetricType::Gauge, "efferent_build_info", "Version of the server; always 1.", 1.0,
      {{"version", EFFERENT_VERSION}});
  add(MetricType::Gauge, "efferent_sessions", "Sessions that the server holds.",
      static_cast<double>(sessions_->sessions().size()));
  add(MetricType::Gauge, "efferent_sessions_limit", "Most sessions that it may hold.",
      sessions_->max_sessions());
  const ProcessorBudget& budget = sessions_->processor_budget();
  add(MetricType::Gauge, "efferent_reserved_processors",
      "Processors whose time is kept for sessions in real time.", budget.reserved());
  add(MetricType::Gauge, "efferent_reservable_processors", "Most that may be kept.",
      budget.reservable());
  if (const MemoryBudget* memory = sessions_->memory_budget()) {
    add(MetricType::Gauge, "efferent_reserved_memory_bytes",
        "Memory that sessions and their decoders have been promised.", memory->reserved());
    add(MetricType::Gauge, "efferent_reservable_memory_bytes", "Most that may be promised.",
        memory->reservable());
  }
  add(MetricType::Gauge, "efferent_connections", "Open connections of clients.",
      connections_->num_connections());
  add(MetricType::Gauge, "efferent_connections_limit", "Most that clients may have.",
      connections_->max_connections());
  add(MetricType::Counter, "efferent_connections_refused_total",
      "Connections that were refused because there were as many as there may be.",
      static_cast<double>(connections_->num_refused()));
  add(MetricType::Counter, "efferent_events_dropped_total",
      "Events that were not written to the data directory because its queue was full.",
      static_cast<double>(events_->dropped_count()));
  if (recorder_) {
    const RecorderStatus recording = recorder_->status();
    add(MetricType::Gauge, "efferent_recording_ok",
        "1 while what goes through sessions is recorded, 0 while the disk takes nothing.",
        recording.problem.empty() ? 1.0 : 0.0);
    add(MetricType::Counter, "efferent_recorded_bytes_total",
        "Records that were written, before they are packed.",
        static_cast<double>(recording.written_bytes));
    add(MetricType::Counter, "efferent_recording_batches_total", "Batches that were written.",
        static_cast<double>(recording.batch_count));
    add(MetricType::Counter, "efferent_recording_failed_batches_total",
        "Times that a batch could not be written.",
        static_cast<double>(recording.failed_batch_count));
    add(MetricType::Counter, "efferent_records_lost_total",
        "Records that are lost because there was no room for them.",
        static_cast<double>(recording.lost_record_count));
  }

  const ProcessUsage usage = ReadProcessUsage();
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  add(MetricType::Counter, "process_cpu_seconds_total",
      "Processor time that the process has used, user and system.",
      static_cast<double>(usage.processor_time_ns) * 1e-9);
  add(MetricType::Gauge, "process_resident_memory_bytes", "Memory that the process has in RAM.",
      static_cast<double>(usage.resident_bytes));
  add(MetricType::Gauge, "process_start_time_seconds",
      "Start of the process, since 1970-01-01 UTC.",
      now.count() - static_cast<double>(usage.up_time_ns) * 1e-9);
  return families;
}

}  // namespace efferent
