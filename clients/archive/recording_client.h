#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "clients/session/server_connection.h"
#include "clients/session/stop_flag.h"
#include "efferent/v1/recording.grpc.pb.h"

namespace efferent {

/// Looks into a server's recordings. All members throw RpcError. Thread-safe.
class RecordingClient {
 public:
  explicit RecordingClient(const ServerConnection& connection);

  /// All of them, asked for page by page.
  v1::ListRecordingsResponse List();
  v1::GetRecordingResponse Get(const std::string& name);

  /// Calls `take` with piece after piece. Returns early, with false, if a stop is requested.
  bool Read(const std::string& name, StopFlag& stop,
            const std::function<void(const v1::ReadRecordingResponse&)>& take);

  /// Calls `show` now and then. Nothing if a stop was requested.
  std::optional<v1::VerificationResult> Verify(
      const std::string& name, StopFlag& stop,
      const std::function<void(const v1::VerifyRecordingResponse&)>& show);

  /// Returns how many bytes it took.
  std::int64_t Erase(const std::string& name);

 private:
  std::unique_ptr<v1::RecordingService::Stub> stub_;
};

}  // namespace efferent
