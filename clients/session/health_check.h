#pragma once

#include <chrono>

#include "clients/session/server_connection.h"

namespace efferent {

/// Asks a server's standard health service (grpc.health.v1.Health/Check) for the server as a whole.
/// Returns whether it is SERVING; a server that is shutting down is not.
/// @throws RpcError if there is no answer within `timeout`, or no health service.
bool IsServing(const ServerConnection& connection, std::chrono::milliseconds timeout);

}  // namespace efferent
