#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "efferent/v1/config.pb.h"
#include "server/config/server_params.h"

namespace efferent {

/// A configuration file: sections `server` (ServerParams) and `session_defaults` (a SessionConfig,
/// which lies under what CreateSession asks for). Whatever it does not name has its default.
struct Config {
  ServerParams server;
  v1::SessionConfig session_defaults;
};

/// A configuration that cannot be used; `what()` has one line for each violation, `FILE:LINE: path:
/// what`.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// @throws ConfigError naming every violation at once.
Config LoadConfig(const std::string& file);
/// The same from text; `file` is what it is called in errors.
Config ParseConfig(const std::string& text, const std::string& file);

/// Whoever wants other machines to reach the server says so (server.insecure): there is no TLS yet.
/// @throws ConfigError naming each address that they would reach, the risk, and what to do.
void RequireConsentToNetwork(const ServerParams& params);

/// The effective configuration as YAML that LoadConfig reads back, with units and bounds as
/// comments.
std::string PrintConfig(const Config& config);

}  // namespace efferent
