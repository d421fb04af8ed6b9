#include "server/metrics/session_metrics.h"

#include <array>
#include <optional>
#include <utility>

#include "server/metrics/metric_families.h"
#include "server/session/session_settings.h"

namespace efferent {

using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

/// A session as it is now, and what its samples are labelled with.
struct Described {
  std::shared_ptr<Session> handle;
  v1::Session session;
  MetricLabels labels;
};

struct Counter {
  const char* name;
  const char* help;
  std::uint64_t (v1::SessionStatistics::*value)() const;
};

using Statistics = v1::SessionStatistics;

constexpr std::array kCounters = {
    Counter{"efferent_bins_decoded_total", "Bins decoded.", &Statistics::decoded_bin_count},
    Counter{"efferent_bins_missed_total", "Bins that never came: jumped over after a gap.",
            &Statistics::missed_bin_count},
    Counter{"efferent_bins_learned_total", "Bins from which something was learnt.",
            &Statistics::learned_bin_count},
    Counter{"efferent_learning_skipped_total",
            "Bins from which nothing was learnt, to keep the next command on time.",
            &Statistics::skipped_learning_count},
    Counter{"efferent_deadlines_missed_total",
            "Commands that came later than the session's deadline.",
            &Statistics::missed_deadline_count},
    Counter{"efferent_bins_stale_total",
            "Bins that were too old to move the arm when they had been decoded.",
            &Statistics::stale_bin_count},
    Counter{"efferent_bins_implausible_total",
            "Bins that brought no new motion because the recorded population was not plausible.",
            &Statistics::implausible_bin_count},
    Counter{"efferent_spikes_late_total", "Spikes that came after their bin had been decoded.",
            &Statistics::late_event_count},
    Counter{"efferent_chunks_missing_total",
            "Chunks missing between the sequence numbers that came.",
            &Statistics::missing_chunk_count},
    Counter{"efferent_chunks_late_total", "Chunks ignored because they came after a later one.",
            &Statistics::late_chunk_count},
    Counter{"efferent_chunks_duplicate_total",
            "Chunks ignored because they had been applied before.",
            &Statistics::duplicate_chunk_count},
    Counter{"efferent_watchdog_held_total", "Times that silence turned commands to HELD.",
            &Statistics::held_count},
    Counter{"efferent_watchdog_stopped_total", "Times that silence turned commands to STOPPED.",
            &Statistics::stopped_count},
    Counter{"efferent_decoder_faults_total",
            "Results that were not finite or out of contract; each rolled the decoder back.",
            &Statistics::fault_count},
    Counter{"efferent_learning_rollbacks_total",
            "Times that the guard rolled the weights back and froze learning.",
            &Statistics::learning_rollback_count},
    Counter{"efferent_labels_rejected_total",
            "Labels that cannot be meant: not finite, or too fast.",
            &Statistics::rejected_label_count},
    Counter{"efferent_commands_skipped_total",
            "Commands that a slow arm never got because a later one overtook them.",
            &Statistics::skipped_command_count},
};

constexpr std::array kCommandStatuses = {
    std::pair{v1::COMMAND_STATUS_DECODED, "decoded"}, std::pair{v1::COMMAND_STATUS_HELD, "held"},
    std::pair{v1::COMMAND_STATUS_STOPPED, "stopped"}, std::pair{v1::COMMAND_STATUS_FAULT, "fault"}};

std::vector<Described> DescribeAll(const SessionRegistry& registry) {
  std::vector<Described> all;
  for (const auto& handle : registry.sessions()) {
    v1::Session session = handle->Describe();
    const v1::SessionConfig& config = session.config();
    MetricLabels labels = {{"session", session.session_id()},
                           {"subject", config.subject_code()},
                           {"decoder", std::string(DecoderName(config.decoder()))}};
    all.push_back({handle, std::move(session), std::move(labels)});
  }
  return all;
}

/// A family with one sample for each session that has a value.
template <class Value>
MetricFamily OnePerSession(const std::vector<Described>& all, MetricType type, const char* name,
                           const char* help, Value&& value) {
  MetricFamily family = MakeFamily(type, name, help);
  for (const Described& described : all) {
    const std::optional<double> sample = value(described.session);
    if (sample) AddSample(described.labels, *sample, &family);
  }
  return family;
}

MetricFamily CommandStatuses(const std::vector<Described>& all) {
  MetricFamily family = MakeFamily(MetricType::Gauge, "efferent_command_status",
                                   "Status of the latest command: 1 for that, 0 for the others.");
  for (const auto& [_, session, labels] : all) {
    if (!session.statistics().has_command_status()) continue;
    for (const auto& [status, name] : kCommandStatuses) {
      AddSample(With(labels, "status", name), session.statistics().command_status() == status,
                &family);
    }
  }
  return family;
}

MetricFamily AttachedStreams(const std::vector<Described>& all) {
  MetricFamily family = MakeFamily(MetricType::Gauge, "efferent_stream_attached",
                                   "Whether a stream is attached to the session: 1 or 0.");
  for (const auto& [_, session, labels] : all) {
    AddSample(With(labels, "stream", "acquisition"), session.acquisition_attached(), &family);
    AddSample(With(labels, "stream", "arm"), session.arm_attached(), &family);
  }
  return family;
}

MetricFamily StageDurations(const std::vector<Described>& all) {
  MetricFamily family =
      MakeFamily(MetricType::Histogram, "efferent_stage_duration_seconds",
                 "How long a stage of a chunk's way through the server took: read and respond a "
                 "chunk, decode and learn a bin.");
  for (const auto& [handle, _, labels] : all) {
    for (const Stage stage : kStages) {
      AddHistogram(With(labels, "stage", StageName(stage)), handle->latencies().Read(stage),
                   &family);
    }
  }
  return family;
}

/// The driver and its shadows; the label `decoder` is the kind of each, `name` what it is called.
void AppendDecoders(const std::vector<Described>& all, std::vector<MetricFamily>* families) {
  MetricFamily error = MakeFamily(
      MetricType::Gauge, "efferent_decoder_mean_squared_error",
      "Mean squared error between decoded and intended velocity of the driver and of shadows, slow "
      "running average, (m/s)^2.");
  MetricFamily learned = MakeFamily(MetricType::Counter, "efferent_decoder_bins_learned_total",
                                    "Bins that the driver or a shadow has learnt from.");
  MetricFamily skipped =
      MakeFamily(MetricType::Counter, "efferent_decoder_bins_skipped_total",
                 "Bins that a shadow was not shown to keep the next command on time.");
  for (const auto& [_, session, session_labels] : all) {
    for (const v1::SessionDecoder& decoder : session.decoders()) {
      MetricLabels labels = With(session_labels, "name", decoder.name());
      for (auto& label : labels) {
        if (label.name == "decoder") label.value = DecoderName(decoder.config());
      }
      if (decoder.has_mean_squared_error_m2_s2()) {
        AddSample(labels, decoder.mean_squared_error_m2_s2(), &error);
      }
      AddSample(labels, static_cast<double>(decoder.learned_bin_count()), &learned);
      AddSample(labels, static_cast<double>(decoder.skipped_bin_count()), &skipped);
    }
  }
  for (MetricFamily* family : {&error, &learned, &skipped}) families->push_back(std::move(*family));
}

}  // namespace

std::vector<MetricFamily> SessionMetrics::Collect() const {
  const std::vector<Described> all = DescribeAll(*sessions_);
  std::vector<MetricFamily> families;
  for (const Counter& counter : kCounters) {
    families.push_back(OnePerSession(
        all, MetricType::Counter, counter.name, counter.help, [&](const v1::Session& session) {
          return std::optional(static_cast<double>((session.statistics().*counter.value)()));
        }));
  }
  families.push_back(OnePerSession(
      all, MetricType::Counter, "efferent_session_processor_seconds_total",
      "Processor time that the session's chunks have taken.", [](const v1::Session& session) {
        return std::optional(static_cast<double>(session.statistics().processor_time_ns()) * 1e-9);
      }));
  const auto add_gauge = [&](const char* name, const char* help, auto&& value) {
    families.push_back(OnePerSession(all, MetricType::Gauge, name, help, value));
  };
  add_gauge("efferent_learning_enabled", "Whether the session learns: 1 or 0.",
            [](const v1::Session& s) { return std::optional<double>(s.learning_enabled()); });
  add_gauge("efferent_mean_squared_error",
            "Mean squared error between decoded and intended velocity, slow running average, "
            "(m/s)^2.",
            [](const v1::Session& s) -> std::optional<double> {
              if (!s.statistics().has_mean_squared_error_m2_s2()) return std::nullopt;
              return s.statistics().mean_squared_error_m2_s2();
            });
  add_gauge("efferent_firing_rate_hertz", "Mean firing rate of the decoder's own neurons.",
            [](const v1::Session& s) -> std::optional<double> {
              if (!s.statistics().has_firing_rate_hz()) return std::nullopt;
              return s.statistics().firing_rate_hz();
            });
  add_gauge("efferent_weight_norm", "Euclidean norm of the decoder's weights.",
            [](const v1::Session& s) -> std::optional<double> {
              if (!s.statistics().has_weight_norm()) return std::nullopt;
              return s.statistics().weight_norm();
            });
  add_gauge("efferent_decoded_until_seconds", "End of the last decoded bin on the session's clock.",
            [](const v1::Session& s) {
              return std::optional(static_cast<double>(s.decoded_until_ns()) * 1e-9);
            });
  add_gauge("efferent_session_start_time_seconds", "Creation of the session, since 1970-01-01 UTC.",
            [](const v1::Session& s) {
              return std::optional(static_cast<double>(s.create_time_unix_ns()) * 1e-9);
            });
  add_gauge("efferent_session_reserved_processors",
            "Share of one processor's time that is kept for the session.",
            [](const v1::Session& s) { return std::optional(s.reserved_processor_share()); });
  families.push_back(CommandStatuses(all));
  families.push_back(AttachedStreams(all));
  AppendDecoders(all, &families);
  families.push_back(StageDurations(all));
  return families;
}

}  // namespace efferent
