#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "clients/session/server_connection.h"
#include "efferent/v1/session.grpc.pb.h"

namespace efferent {

/// Creates, shows, steers and ends sessions. Calls block, at most 10 s each unless told otherwise, and throw RpcError.
/// Thread-safe.
class SessionClient {
 public:
  explicit SessionClient(const ServerConnection& connection);

  /// `session_id` may be empty: the server chooses one. `replace_idle`: ends a session of that id first if no stream is
  /// attached to it.
  v1::Session Create(const std::string& session_id, const v1::SessionConfig& config,
                     bool replace_idle = false);
  v1::Session Get(const std::string& session_id);
  /// All sessions, the oldest first, asked for page by page, and the server's load. `timeout`: of each page.
  v1::ListSessionsResponse List(std::chrono::milliseconds timeout = std::chrono::seconds(10));
  v1::Session End(const std::string& session_id);
  void SetLearning(const std::string& session_id, bool enabled);

 private:
  std::unique_ptr<v1::SessionService::Stub> stub_;
};

}  // namespace efferent
