#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent demo`: server, simulated brain and arm as real processes, in a closed loop that
/// learns from nothing, loses neurons, and learns again.
void AddDemoCommand(CLI::App& app);

}  // namespace efferent
