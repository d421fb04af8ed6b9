#include "clients/control/session_text.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <vector>

#include "clients/session/decoder_name.h"

namespace efferent::control {

std::string StatusText(v1::CommandStatus status) {
  const std::string prefix = "COMMAND_STATUS_";
  const std::string name = v1::CommandStatus_Name(status);
  return name.starts_with(prefix) ? name.substr(prefix.size()) : "-";
}

std::string StatusText(const v1::SessionStatistics& statistics) {
  return statistics.has_command_status() ? StatusText(statistics.command_status()) : "-";
}

std::string LearningText(const v1::Session& session) {
  return session.learning_enabled() ? "on" : "frozen";
}

std::string AttachedText(const v1::Session& session) {
  if (session.acquisition_attached()) return session.arm_attached() ? "spikes+arm" : "spikes";
  return session.arm_attached() ? "arm" : "-";
}

std::string AttachedText(const v1::Session& session, std::int64_t now_unix_ns) {
  const auto lasts = [now_unix_ns](std::int64_t since_unix_ns) {
    if (since_unix_ns == 0) return std::string();  // an older server does not say
    return fmt::format(" {}", DurationText(std::max<std::int64_t>(0, now_unix_ns - since_unix_ns)));
  };
  const std::int64_t source_ns = session.acquisition_since_time_unix_ns();
  const std::int64_t arm_ns = session.arm_since_time_unix_ns();
  if (session.acquisition_attached()) {
    return session.arm_attached() ? AttachedText(session) : "spikes, no arm" + lasts(arm_ns);
  }
  if (session.arm_attached()) return "arm, no source" + lasts(source_ns);
  return "none" + lasts(std::max(source_ns, arm_ns));
}

std::string DriverText(const v1::Session& session) {
  return session.decoders_size() > 0 ? DecoderName(session.decoders(0).config())
                                     : DecoderName(session.config());
}

const v1::StageLatency* FindStage(const v1::SessionStatistics& statistics, v1::LatencyStage stage) {
  const auto& stages = statistics.stage_latencies();
  const auto found = std::find_if(stages.begin(), stages.end(),
                                  [&](const auto& latency) { return latency.stage() == stage; });
  return found != stages.end() && found->count() > 0 ? &*found : nullptr;
}

std::string MicrosecondsText(std::int64_t ns) {
  const double us = 1e-3 * static_cast<double>(ns);
  return us < 10.0 ? fmt::format("{:.1f}", us) : fmt::format("{:.0f}", us);
}

std::string DurationText(std::int64_t ns) {
  const std::int64_t seconds = ns / 1'000'000'000;
  if (seconds < 60) return fmt::format("{:.1f} s", 1e-9 * static_cast<double>(ns));
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  const std::int64_t hours = minutes / 60;
  if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string LoadText(const v1::ServerLoad& load) {
  std::vector<std::string> facts;
  if (load.reservable_processors() > 0.0) {
    facts.push_back(fmt::format("{:.2f} of {:.2f} processors reserved", load.reserved_processors(),
                                load.reservable_processors()));
  }
  if (load.up_time_ns() > 0) {
    const auto up_ns = static_cast<double>(load.up_time_ns());
    facts.push_back(fmt::format("{:.2f} used, on average over the {} that the server is up",
                                static_cast<double>(load.processor_time_ns()) / up_ns,
                                DurationText(load.up_time_ns())));
  }
  if (load.resident_bytes() > 0) {
    facts.push_back(fmt::format("{} MiB resident", load.resident_bytes() >> 20));
  }
  return fmt::format("{}", fmt::join(facts, "; "));
}

}  // namespace efferent::control
