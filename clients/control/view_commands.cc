#include "clients/control/view_commands.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "clients/control/server_options.h"
#include "clients/control/session_details.h"
#include "clients/control/session_table.h"
#include "clients/control/watch_run.h"
#include "clients/report/standard_output.h"
#include "clients/session/message_json.h"
#include "clients/session/session_client.h"
#include "clients/session/unix_clock.h"

namespace efferent::control {
namespace {

struct ViewOptions {
  ServerOptions server;
  std::string session_id;
  std::optional<double> seconds;
};

constexpr const char* kColumns = R"(Columns:
  status   of the latest command: DECODED, HELD, STOPPED, FAULT
  bins/s   decoded, mean since the session's creation
  rms m/s  error of the decoded velocity, slow running average
  missed   commands later than the session's deadline
  lost     chunks that are missing)";

void List(const ViewOptions& options) {
  const v1::ListSessionsResponse answer = SessionClient(Connect(options.server)).List();
  if (options.server.json) {
    PrintLines(MessageJson(answer));
  } else {
    PrintLines(DescribeSessions(answer, options.server.address, UnixNowNs()));
  }
}

void Show(const ViewOptions& options) {
  const v1::Session session = SessionClient(Connect(options.server)).Get(options.session_id);
  PrintLines(options.server.json ? MessageJson(session) : DescribeSession(session));
}

void Watch(const ViewOptions& options) {
  FollowSession(Connect(options.server), options.session_id, options.seconds, options.server.json);
}

}  // namespace

void AddViewCommands(CLI::App* session) {
  const auto options = std::make_shared<ViewOptions>();
  const auto add = [&](const std::string& name, const std::string& description,
                       void (*run)(const ViewOptions&)) {
    CLI::App* command = session->add_subcommand(name, description);
    AddServerOptions(command, &options->server);
    AddJsonOption(command, &options->server);
    command->callback([options, run] { run(*options); });
    return command;
  };
  add("list", "All sessions, the oldest first, and the server's load.", List)->footer(kColumns);

  CLI::App* show = add("show", "One session: decoders, counters, latency, settings.", Show);
  show->add_option("ID", options->session_id, "Session")->required();

  CLI::App* watch =
      add("watch", "Follow a session's trials and commands until it ends, or Ctrl-C.", Watch);
  watch->add_option("ID", options->session_id, "Session")->required();
  watch->add_option("--seconds", options->seconds, "End after so many seconds")
      ->check(CLI::Range(0.01, 1e9));
}

}  // namespace efferent::control
