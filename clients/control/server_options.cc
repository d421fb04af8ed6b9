#include "clients/control/server_options.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <stdexcept>

#include "clients/session/stop_flag.h"

namespace efferent::control {

void AddServerOptions(CLI::App* command, ServerOptions* options) {
  command->add_option("--server,--address", options->address, "Server, HOST:PORT")
      ->capture_default_str();
  command->add_option("--timeout-s", options->timeout_s, "Wait for a server so long, seconds")
      ->check(CLI::Range(0.01, 600.0))
      ->capture_default_str();
}

void AddJsonOption(CLI::App* command, ServerOptions* options) {
  command->add_flag(
      "--json", options->json,
      "Print the server's messages as JSON; fields that are left out are 0 or unknown");
}

ServerConnection Connect(const ServerOptions& options) {
  ServerConnection connection(options.address);
  const std::chrono::duration<double, std::milli> timeout(1e3 * options.timeout_s);
  if (!connection.WaitUntilReady(std::chrono::duration_cast<std::chrono::milliseconds>(timeout),
                                 ProcessStopFlag())) {
    throw std::runtime_error("interrupted before " + options.address + " answered");
  }
  return connection;
}

}  // namespace efferent::control
