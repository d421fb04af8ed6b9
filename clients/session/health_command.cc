#include "clients/session/health_command.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "clients/report/standard_output.h"
#include "clients/session/health_check.h"
#include "clients/session/server_connection.h"

namespace efferent {
namespace {

struct HealthOptions {
  std::string address = kDefaultServerAddress;
  double timeout_s = 3.0;
};

void CheckHealth(const HealthOptions& options) {
  const ServerConnection connection(options.address);
  const std::chrono::duration<double> timeout(options.timeout_s);
  if (!IsServing(connection, std::chrono::duration_cast<std::chrono::milliseconds>(timeout))) {
    throw std::runtime_error(options.address + " is not serving");
  }
  Print("{} is serving\n", options.address);
}

}  // namespace

void AddHealthCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("health", "Asks a server whether it is serving; exit status 0 if it is.");
  const auto options = std::make_shared<HealthOptions>();
  command->add_option("--server,--address", options->address, "Server, HOST:PORT")
      ->capture_default_str();
  command->add_option("--timeout-s", options->timeout_s, "Wait for an answer so long, seconds")
      ->check(CLI::Range(0.01, 600.0))
      ->capture_default_str();
  command->callback([options] { CheckHealth(*options); });
}

}  // namespace efferent
