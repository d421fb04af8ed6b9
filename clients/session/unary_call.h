#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <string>

#include "clients/session/errors.h"

namespace efferent::internal {

/// How long a call may take.
inline constexpr std::chrono::milliseconds kCallTimeout{10'000};

/// Calls one method of a service's stub, and waits for its answer, at most `timeout`.
/// @throws RpcError beginning with `doing` if the server refuses or does not answer in time.
template <class Stub, class Request, class Response>
Response UnaryCall(Stub& stub,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request, const std::string& doing,
                   std::chrono::milliseconds timeout = kCallTimeout) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) throw RpcError(doing, status);
  return response;
}

}  // namespace efferent::internal
