#pragma once

namespace CLI {
class App;
}

namespace efferent::control {

/// Adds what looks and changes nothing to `efferent session`: `list`, `show`, `watch`.
void AddViewCommands(CLI::App* session);

}  // namespace efferent::control
