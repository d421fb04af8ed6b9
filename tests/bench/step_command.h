#pragma once

#include <CLI/App.hpp>

namespace efferent::bench {

/// Adds the subcommand `step` to `app`.
void AddStepCommand(CLI::App& app);

}  // namespace efferent::bench
