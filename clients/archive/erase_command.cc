#include "clients/archive/erase_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "clients/archive/recording_client.h"
#include "clients/archive/recording_text.h"
#include "clients/control/server_options.h"
#include "clients/report/standard_output.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

struct EraseOptions {
  control::ServerOptions server;
  std::vector<std::string> names;
  bool yes = false;
};

void Erase(const EraseOptions& options) {
  RecordingClient client(control::Connect(options.server));
  std::vector<v1::Recording> recordings;
  for (const std::string& name : options.names) {
    recordings.push_back(client.Get(name).recording());
  }
  if (!options.yes) {
    std::string what;
    for (const v1::Recording& r : recordings) {
      what += fmt::format("\n  {} of {}, {} bins, {}", r.name(),
                          archive::TimeText(r.create_time_unix_ns()),
                          r.statistics().decoded_bin_count(), archive::SizeText(r.stored_bytes()));
    }
    throw InputError("this cannot be undone; add --yes to erase" + what);
  }
  for (const v1::Recording& recording : recordings) {
    const std::int64_t bytes = client.Erase(recording.name());
    Print("recording {} is erased: {} overwritten\n", recording.name(), archive::SizeText(bytes));
  }
}

}  // namespace

void AddEraseCommand(CLI::App* session) {
  const auto options = std::make_shared<EraseOptions>();
  CLI::App* command = session->add_subcommand(
      "erase", "Erase recorded sessions for good: their bytes are overwritten.");
  command->add_option("RECORDING", options->names, "ID, or ID@NUMBER; see `efferent sessions`")
      ->required();
  command->add_flag("--yes", options->yes, "Mean it; without, says what would be erased");
  control::AddServerOptions(command, &options->server);
  command->callback([options] { Erase(*options); });
}

}  // namespace efferent
