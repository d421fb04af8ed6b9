#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <optional>
#include <string>

namespace efferent::test {

/// Standard gRPC health checking (grpc.health.v1.Health) on raw bytes: Debian ships no generated
/// code for it. Both messages have one field, number 1: the service's name, and the status.
class HealthClient {
 public:
  static constexpr int kServing = 1;
  static constexpr int kNotServing = 2;

  explicit HealthClient(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

  /// The status of a service; nothing if the server does not know it.
  std::optional<int> Check(const std::string& service);

  class WatchCall {
   public:
    std::optional<int> Read();

   private:
    friend class HealthClient;
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader_;
  };
  std::unique_ptr<WatchCall> Watch(const std::string& service);

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace efferent::test
