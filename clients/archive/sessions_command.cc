#include "clients/archive/sessions_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "clients/archive/recording_client.h"
#include "clients/archive/recording_text.h"
#include "clients/control/server_options.h"
#include "clients/report/standard_output.h"
#include "clients/session/message_json.h"

namespace efferent {
namespace {

struct SessionsOptions {
  control::ServerOptions server;
  std::string name;
};

constexpr const char* kExamples = R"(Columns:
  state    running; waiting: goes on when the server is started again; ended; lost: did not go on
  whole    every record is there
  length   session time that was decoded
  rms m/s  error of the decoded velocity, slow running average at the end

Examples:
  efferent sessions              all that the server at 127.0.0.1:50051 has recorded
  efferent sessions s1           one of them: checkpoints, changes of decoders, events
  efferent sessions s1@12        of several of that id, number 12
  efferent replay s1 --verify    decode it again, and compare bit for bit
  efferent session erase s1@12   erase it for good)";

void ShowSessions(const SessionsOptions& options) {
  RecordingClient client(control::Connect(options.server));
  if (options.name.empty()) {
    const auto answer = client.List();
    PrintLines(options.server.json ? MessageJson(answer)
                                   : archive::DescribeRecordings(answer, options.server.address));
    return;
  }
  const auto answer = client.Get(options.name);
  PrintLines(options.server.json ? MessageJson(answer) : archive::DescribeRecording(answer));
}

}  // namespace

void AddSessionsCommand(CLI::App& app) {
  const auto options = std::make_shared<SessionsOptions>();
  CLI::App* command = app.add_subcommand(
      "sessions",
      "What a server has recorded: how long, how well it decoded, whether it is whole.");
  command->add_option("RECORDING", options->name, "One of them: ID, or ID@NUMBER");
  control::AddServerOptions(command, &options->server);
  control::AddJsonOption(command, &options->server);
  command->footer(kExamples);
  command->callback([options] { ShowSessions(*options); });
}

}  // namespace efferent
