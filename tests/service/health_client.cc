#include "tests/service/health_client.h"

#include <grpcpp/impl/codegen/client_unary_call.h>

namespace efferent::test {
namespace {

grpc::ByteBuffer Request(const std::string& service) {
  // Field 1, length-delimited.
  const std::string bytes =
      service.empty() ? "" : std::string("\x0a") + static_cast<char>(service.size()) + service;
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::optional<int> Status(const grpc::ByteBuffer& response) {
  grpc::Slice slice;
  if (!response.DumpToSingleSlice(&slice).ok()) return std::nullopt;
  if (slice.size() != 2 || slice.begin()[0] != 0x08) return std::nullopt;  // field 1, varint
  return slice.begin()[1];
}

}  // namespace

std::optional<int> HealthClient::Check(const std::string& service) {
  grpc::ClientContext context;
  const grpc::internal::RpcMethod method("/grpc.health.v1.Health/Check",
                                         grpc::internal::RpcMethod::NORMAL_RPC, channel_);
  grpc::ByteBuffer response;
  const grpc::Status status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
      channel_.get(), method, &context, Request(service), &response);
  if (!status.ok()) return std::nullopt;
  return Status(response);
}

std::unique_ptr<HealthClient::WatchCall> HealthClient::Watch(const std::string& service) {
  auto call = std::make_unique<WatchCall>();
  const grpc::internal::RpcMethod method("/grpc.health.v1.Health/Watch",
                                         grpc::internal::RpcMethod::SERVER_STREAMING, channel_);
  call->reader_.reset(grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
      channel_.get(), method, &call->context_, Request(service)));
  return call;
}

std::optional<int> HealthClient::WatchCall::Read() {
  grpc::ByteBuffer response;
  if (!reader_->Read(&response)) return std::nullopt;
  return Status(response);
}

}  // namespace efferent::test
