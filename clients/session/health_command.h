#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent health`, for a container's health check and for scripts that wait for a server.
void AddHealthCommand(CLI::App& app);

}  // namespace efferent
