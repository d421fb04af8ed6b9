#pragma once

#include <cstdint>
#include <optional>

#include "clients/session/bidi_call.h"
#include "clients/session/server_connection.h"
#include "efferent/v1/diagnostics.grpc.pb.h"

namespace efferent {

/// The floor under every round trip: a bare gRPC echo on a stream of its own, over the same
/// connection as the real stream. Meant to be measured in turn with it, one at a time.
class EchoProbe {
 public:
  /// Opens the stream with one unmeasured echo. `payload_bytes`: size of each message, at most 1
  /// MiB.
  /// @throws RpcError if the server has no DiagnosticsService or cannot be reached.
  EchoProbe(const ServerConnection& connection, std::size_t payload_bytes);

  /// One round trip, nanoseconds. Nothing: the stream broke.
  std::optional<std::int64_t> MeasureNs();

  /// Ends it at once; from any thread.
  void Cancel() { call_->Cancel(); }

 private:
  using Call = internal::BidiCall<v1::EchoRequest, v1::EchoResponse>;

  std::unique_ptr<v1::DiagnosticsService::Stub> stub_;
  v1::EchoRequest request_;
  v1::EchoResponse response_;
  std::unique_ptr<Call> call_;
};

}  // namespace efferent
