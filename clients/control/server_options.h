#pragma once

#include <string>

#include "clients/session/server_connection.h"

namespace CLI {
class App;
}

namespace efferent::control {

/// Which server, and how its answer is printed.
struct ServerOptions {
  std::string address = kDefaultServerAddress;
  double timeout_s = 3.0;  ///< How long a server that does not answer is waited for.
  bool json = false;       ///< The messages themselves instead of a text.
};

/// `--server` and `--timeout-s`.
void AddServerOptions(CLI::App* command, ServerOptions* options);
/// `--json`.
void AddJsonOption(CLI::App* command, ServerOptions* options);

/// A connection to a server that answers.
/// @throws std::runtime_error saying what to do if it does not, or if a stop is requested meanwhile.
ServerConnection Connect(const ServerOptions& options);

}  // namespace efferent::control
