#pragma once

#include <optional>

#include "clients/session/server_connection.h"
#include "efferent/v1/session.pb.h"

namespace efferent::load {

/// What the server says of its processors and memory. Nothing: it does not say.
/// @throws RpcError if there is no answer.
std::optional<v1::ServerLoad> AskServerLoad(const ServerConnection& connection);

}  // namespace efferent::load
