#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "clients/report/status_line.h"
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

  /// Waits until the server answers. Returns early, with false, if a stop is requested. `report` hears once, after half a
  /// second, that no server answers, how long it is waited for, and what to do.
  /// @throws std::runtime_error naming the address after `timeout`, and what to do unless `report` has.
  bool WaitUntilReady(std::chrono::milliseconds timeout, const StopFlag& stop,
                      const std::function<void(const std::string&)>& report = PrintNotice) const;

  const std::string& address() const { return address_; }
  const std::shared_ptr<grpc::Channel>& grpc_channel() const { return grpc_channel_; }

 private:
  std::string address_;
  std::shared_ptr<grpc::Channel> grpc_channel_;
};

}  // namespace efferent
