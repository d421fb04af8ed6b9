#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent session`: looks at the sessions of a server and changes them while they run.
void AddSessionCommand(CLI::App& app);

}  // namespace efferent
