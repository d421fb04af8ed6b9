#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <vector>

#include "server/connection_acceptor.h"
#include "server/recording/recorder.h"
#include "server/session/event_sink.h"
#include "server/session/session_registry.h"

namespace efferent {

/// How the server as a whole is going, as Prometheus reads it: sessions, promised processor time,
/// connections, recording, dropped events, build, and the process under Prometheus's usual names.
class ServerMetrics final : public prometheus::Collectable {
 public:
  /// `sessions` and `connections` must outlive it.
  /// `recorder`: null if nothing is recorded.
  ServerMetrics(const SessionRegistry* sessions, std::shared_ptr<const EventSink> events,
                std::shared_ptr<const Recorder> recorder, ConnectionAcceptor* connections)
      : sessions_(sessions),
        events_(std::move(events)),
        recorder_(std::move(recorder)),
        connections_(connections) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const SessionRegistry* sessions_;
  std::shared_ptr<const EventSink> events_;
  std::shared_ptr<const Recorder> recorder_;
  ConnectionAcceptor* connections_;
};

}  // namespace efferent
