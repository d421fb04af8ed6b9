#include "clients/evaluation/eval_command.h"

#include <CLI/CLI.hpp>

#include "clients/evaluation/closed_loop/closed_loop_command.h"
#include "clients/evaluation/recording/recording_command.h"

namespace efferent {

void AddEvalCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "eval", "Score decoders side by side, in this process: no server is needed.");
  command->require_subcommand(1);
  AddEvalRecordingCommand(*command);
  AddClosedLoopCommand(*command);
}

}  // namespace efferent
