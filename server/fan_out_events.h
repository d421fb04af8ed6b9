#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "server/session/event_sink.h"

namespace efferent {

/// Passes on what happens to several sinks.
class FanOutEvents final : public EventSink {
 public:
  explicit FanOutEvents(std::vector<std::shared_ptr<EventSink>> sinks) : sinks_(std::move(sinks)) {}

  void Record(SessionEventKind kind, std::string_view session_id,
              std::string_view detail) override {
    for (const auto& sink : sinks_) sink->Record(kind, session_id, detail);
  }
  void SessionCreated(const v1::Session& session) override {
    for (const auto& sink : sinks_) sink->SessionCreated(session);
  }
  void SessionEnded(const v1::Session& session, std::string_view reason) override {
    for (const auto& sink : sinks_) sink->SessionEnded(session, reason);
  }
  std::uint64_t dropped_count() const override {
    std::uint64_t count = 0;
    for (const auto& sink : sinks_) count += sink->dropped_count();
    return count;
  }

 private:
  std::vector<std::shared_ptr<EventSink>> sinks_;
};

}  // namespace efferent
