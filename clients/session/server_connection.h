#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <string>

#include "clients/session/stop_flag.h"

namespace efferent {

/// Where a client looks for its server unless told otherwise.
inline constexpr const char* kDefaultServerAddress = "127.0.0.1:50051";

/// A connection to one server; cheap, made lazily by gRPC, re-made by it after a break.
/// Thread-safe.
///
/// Messages up to 16 MiB; a silent peer is noticed after 15 s by keepalive (which is no safety
/// device: arms stop by themselves); loopback never goes through a proxy.
class ServerConnection {
 public:
  /// No I/O happens here.
  /// @throws InputError as CheckedServerAddress.
  explicit ServerConnection(const std::string& address);

  /// Waits until the server answers. Returns early, with false, if a stop is requested.
  /// @throws std::runtime_error naming the address, and what to do, after `timeout`.
  bool WaitUntilReady(std::chrono::milliseconds timeout, const StopFlag& stop) const;

  const std::string& address() const { return address_; }
  const std::shared_ptr<grpc::Channel>& grpc_channel() const { return grpc_channel_; }

 private:
  std::string address_;
  std::shared_ptr<grpc::Channel> grpc_channel_;
};

}  // namespace efferent
