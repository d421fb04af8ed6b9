#pragma once

namespace CLI {
class App;
}

namespace efferent::control {

/// Adds what steers and ends sessions to `efferent session`: `freeze`, `resume`, `end`.
void AddChangeCommands(CLI::App* session);

}  // namespace efferent::control
