#include "server/log_events.h"

#include <spdlog/spdlog.h>

#include "server/session/session_settings.h"

namespace efferent {
namespace {

spdlog::level::level_enum Level(SessionEventKind kind) {
  switch (kind) {
    case SessionEventKind::kFault:
      return spdlog::level::err;
    case SessionEventKind::kLearningRolledBack:
    case SessionEventKind::kChunkRefused:
    case SessionEventKind::kStopped:
      return spdlog::level::warn;
    case SessionEventKind::kHeld:
    case SessionEventKind::kResumed:
      return spdlog::level::debug;  // an unsteady source makes many of these; statistics count them
    default:
      return spdlog::level::info;
  }
}

}  // namespace

void LogEvents::Record(SessionEventKind kind, std::string_view session_id,
                       std::string_view detail) {
  spdlog::log(Level(kind), "session {}: {}{}{}", session_id, Name(kind), detail.empty() ? "" : ": ",
              detail);
}

void LogEvents::SessionCreated(const v1::Session& session) {
  spdlog::info("session {}: created: {} channels, bins of {} ms, {}", session.session_id(),
               session.config().num_channels(),
               static_cast<double>(session.config().bin_width_ns()) * 1e-6,
               DecoderName(session.config().decoder()));
}

void LogEvents::SessionEnded(const v1::Session& session, std::string_view reason) {
  const std::string_view how = reason == "idle"       ? "ended, idle (server.end_idle_after_s),"
                               : reason == "replaced" ? "replaced"
                                                      : reason;
  spdlog::info("session {}: {} after {} bins", session.session_id(), how,
               session.statistics().decoded_bin_count());
}

}  // namespace efferent
