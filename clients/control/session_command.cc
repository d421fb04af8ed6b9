#include "clients/control/session_command.h"

#include <CLI/CLI.hpp>

#include "clients/control/change_commands.h"
#include "clients/control/decoder_commands.h"
#include "clients/control/view_commands.h"

namespace efferent {
namespace {

constexpr const char* kExamples = R"(Examples:
  efferent session list                                   what runs at 127.0.0.1:50051
  efferent session show s1                                all that is known about one session
  efferent session watch s1 --seconds 60                  follow its trials and commands
  efferent session freeze s1                              stop learning; `resume` goes on
  efferent session swap s1 --decoder rls                  another decoder drives, from nothing
  efferent session shadow add s1 calm --decoder snn --set learning_rate=0.0001
  efferent session shadow add s1 still --frozen           what the driver would be without learning
  efferent session promote s1 calm                        the shadow drives, with what it has learnt
  efferent session end s1 s2                              end them; their arms stop first
  efferent session erase s1@12                            erase what was recorded, for good

`efferent session COMMAND --help` says more.)";

}  // namespace

void AddSessionCommand(CLI::App& app) {
  CLI::App* session =
      app.add_subcommand("session", "Look at the sessions of a server, and change them.");
  session->require_subcommand(1);
  session->footer(kExamples);
  control::AddViewCommands(session);
  control::AddChangeCommands(session);
  control::AddDecoderCommands(session);
}

}  // namespace efferent
