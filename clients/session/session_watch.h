#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <optional>
#include <string>

#include "clients/session/server_connection.h"
#include "efferent/v1/session.grpc.pb.h"

namespace efferent {

/// Follows a session: arm states, commands, trial events. One thread reads.
class SessionWatch {
 public:
  /// Starts the call; an unknown session shows in Read and Finish.
  SessionWatch(const ServerConnection& connection, const std::string& session_id);
  ~SessionWatch();
  SessionWatch(const SessionWatch&) = delete;
  SessionWatch& operator=(const SessionWatch&) = delete;

  /// Waits for news. Nothing: the session or the stream is over, see Finish.
  std::optional<v1::WatchSessionResponse> Read();
  /// How it ended (NOT_FOUND: no such session). Call when Read has returned nothing.
  grpc::Status Finish();
  /// Ends it at once; from any thread.
  void Cancel() { context_.TryCancel(); }

 private:
  std::unique_ptr<v1::SessionService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchSessionResponse>> reader_;
  std::optional<grpc::Status> status_;
};

}  // namespace efferent
