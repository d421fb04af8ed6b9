#include "clients/session/health_check.h"

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <future>
#include <string>

#include "clients/session/errors.h"

namespace efferent {
namespace {

// Debian ships the service inside libgrpc++ but not its messages. They are small: the request for
// the server as a whole is empty, and the answer for SERVING is field 1 (a varint) with value 1.
constexpr const char* kMethod = "/grpc.health.v1.Health/Check";
constexpr const char* kServing = "\x08\x01";

std::string Bytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

bool IsServing(const ServerConnection& connection, std::chrono::milliseconds timeout) {
  grpc::GenericStub stub(connection.grpc_channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, kMethod, {}, &request, &response,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  if (!status.ok()) throw RpcError("no health from " + connection.address(), status);
  return Bytes(response) == kServing;
}

}  // namespace efferent
