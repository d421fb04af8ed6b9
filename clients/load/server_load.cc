#include "clients/load/server_load.h"

#include <chrono>

#include "clients/session/errors.h"
#include "efferent/v1/session.grpc.pb.h"

namespace efferent::load {

std::optional<v1::ServerLoad> AskServerLoad(const ServerConnection& connection) {
  const auto stub = v1::SessionService::NewStub(connection.grpc_channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  v1::ListSessionsResponse response;
  const grpc::Status status = stub->ListSessions(&context, {}, &response);
  if (!status.ok()) throw RpcError("cannot list sessions", status);
  if (response.load().processor_time_ns() == 0) return std::nullopt;
  return response.load();
}

}  // namespace efferent::load
