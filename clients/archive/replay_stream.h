#pragma once

#include <optional>
#include <string>

#include "clients/session/server_connection.h"

namespace efferent::archive {

/// How a recording is streamed again.
struct ReplayStreamOptions {
  std::string session_id;              ///< Of the new session; empty: the server chooses.
  std::optional<std::string> decoder;  ///< Absent: the one that the session was created with.
  std::string speed = "max";           ///< Times recorded speed, or `max`.
  bool keep_session = false;
  bool replace = false;  ///< A session of that id to which nobody is attached is ended first.
};

/// Sends a recording's chunks to a new session and prints what came of it beside what had been recorded.
/// @throws RpcError, InputError.
void StreamAgain(const ServerConnection& connection, const std::string& name,
                 const ReplayStreamOptions& options);

}  // namespace efferent::archive
