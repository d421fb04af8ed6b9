#pragma once

#include <memory>
#include <string>
#include <vector>

#include "efferent/v1/config.pb.h"
#include "server/config/server_params.h"
#include "server/recording/recorder.h"
#include "server/session/event_sink.h"
#include "server/session/session_registry.h"

namespace efferent {

/// The service: gRPC on one or several addresses, and the thread that watches the clock.
/// Construction listens.
///
/// Threads: gRPC's own (a chunk is decoded on the one that read it), one for the clock, and what
/// `events` brings.
class Server {
 public:
  /// `recorder`: where sessions are recorded, and those that have not ended go on from, before it listens;
  /// null: nowhere.
  /// @throws std::runtime_error if it cannot listen, for gRPC or for metrics, saying why.
  Server(const ServerParams& params, const v1::SessionConfig& session_defaults,
         std::shared_ptr<EventSink> events, DecoderFactory make_decoder = MakeDecoder,
         std::shared_ptr<Recorder> recorder = nullptr);
  /// Shuts down.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where it listens, in the order of ServerParams::listen, with the ports that were chosen.
  const std::vector<std::string>& addresses() const;
  /// The first of them.
  const std::string& address() const { return addresses().front(); }

  /// Where metrics are, for example `http://127.0.0.1:9464/metrics`; empty: nowhere.
  const std::string& metrics_url() const;

  SessionRegistry& sessions();

  /// Health turns to NOT_SERVING, arms get STOPPED, streams end with UNAVAILABLE, all within the
  /// grace period. Then nothing runs any more. A second call does nothing.
  void Shutdown();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace efferent
