#include "clients/control/change_commands.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "clients/control/server_options.h"
#include "clients/report/standard_output.h"
#include "clients/session/errors.h"
#include "clients/session/message_json.h"
#include "clients/session/session_client.h"

namespace efferent::control {
namespace {

struct LearningOptions {
  ServerOptions server;
  std::string session_id;
};

struct EndOptions {
  ServerOptions server;
  std::vector<std::string> session_ids;
  bool all = false;
  bool yes = false;
};

void SetLearning(const LearningOptions& options, bool enabled) {
  SessionClient client(Connect(options.server));
  client.SetLearning(options.session_id, enabled);
  const v1::Session session = client.Get(options.session_id);
  if (options.server.json) {
    PrintLines(MessageJson(session));
    return;
  }
  Print("session {}: learning is {} from the next bin on, {} bins learnt from so far\n",
        session.session_id(), enabled ? "on" : "frozen", session.statistics().learned_bin_count());
}

void End(SessionClient& client, const std::string& session_id, bool json) {
  const v1::Session session = client.End(session_id);
  if (json) {
    PrintLines(MessageJson(session));
    return;
  }
  const v1::SessionStatistics& statistics = session.statistics();
  Print("session {} has ended: {} bins decoded, {} missing, {} learnt from\n", session_id,
        statistics.decoded_bin_count(), statistics.missed_bin_count(),
        statistics.learned_bin_count());
}

std::vector<std::string> AllSessions(SessionClient& client, const EndOptions& options) {
  std::vector<std::string> ids;
  const v1::ListSessionsResponse answer = client.List();
  for (const v1::Session& session : answer.sessions()) ids.push_back(session.session_id());
  if (ids.empty()) Print("no session at {}\n", options.server.address);
  if (!ids.empty() && !options.yes) {
    throw InputError(fmt::format("--all would end {} of {}: {}. Add --yes if that is meant",
                                 ids.size() == 1 ? "the one session" : "all sessions",
                                 options.server.address, fmt::join(ids, ", ")));
  }
  return ids;
}

// One that cannot be ended does not keep the others.
void EndAll(const EndOptions& options) {
  if (!options.all && options.session_ids.empty()) {
    throw InputError("which session? Name one or more, or --all");
  }
  SessionClient client(Connect(options.server));
  std::string errors;
  for (const std::string& id : options.all ? AllSessions(client, options) : options.session_ids) {
    try {
      End(client, id, options.server.json);
    } catch (const RpcError& e) {
      errors += (errors.empty() ? "" : "\n") + std::string(e.what());
    }
  }
  if (!errors.empty()) throw std::runtime_error(errors);
}

void AddLearningCommand(CLI::App* session, const std::string& name, const std::string& description,
                        bool enabled) {
  const auto options = std::make_shared<LearningOptions>();
  CLI::App* command = session->add_subcommand(name, description);
  command->add_option("ID", options->session_id, "Session")->required();
  AddServerOptions(command, &options->server);
  AddJsonOption(command, &options->server);
  command->callback([options, enabled] { SetLearning(*options, enabled); });
}

}  // namespace

void AddChangeCommands(CLI::App* session) {
  AddLearningCommand(session, "freeze", "Decode on with the weights as they are.", false);
  AddLearningCommand(session, "resume", "Learn again.", true);

  const auto options = std::make_shared<EndOptions>();
  CLI::App* end = session->add_subcommand(
      "end", "End sessions and their streams. What they have learnt is gone; arms stop first.");
  CLI::Option* ids = end->add_option("ID", options->session_ids, "Sessions");
  end->add_flag("--all", options->all, "All that the server has")->excludes(ids);
  end->add_flag("--yes", options->yes, "Mean it; --all does nothing without");
  AddServerOptions(end, &options->server);
  AddJsonOption(end, &options->server);
  end->callback([options] { EndAll(*options); });
}

}  // namespace efferent::control
