#pragma once

#include "server/session/event_sink.h"

namespace efferent {

/// Writes what happens in sessions to the log (spdlog's default logger).
class LogEvents : public EventSink {
 public:
  void Record(SessionEventKind kind, std::string_view session_id, std::string_view detail) override;
  void SessionCreated(const v1::Session& session) override;
  void SessionEnded(const v1::Session& session, std::string_view reason) override;
};

}  // namespace efferent
