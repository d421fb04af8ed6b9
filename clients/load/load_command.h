#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent load`.
void AddLoadCommand(CLI::App& app);

}  // namespace efferent
