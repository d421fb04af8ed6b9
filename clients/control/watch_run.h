#pragma once

#include <optional>
#include <string>

#include "clients/session/server_connection.h"

namespace efferent::control {

/// Follows a session on standard output until a stop is requested, `seconds` are over or the session
/// has ended: lines for what happens and a status line, or each message of the server as JSON on a
/// line.
/// @throws RpcError if there is no such session or the server is lost.
void FollowSession(const ServerConnection& connection, const std::string& session_id,
                   std::optional<double> seconds, bool json);

}  // namespace efferent::control
