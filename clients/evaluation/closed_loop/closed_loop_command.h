#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent eval closed-loop`: decoders in closed loop with simulated users, in-process.
void AddClosedLoopCommand(CLI::App& eval);

}  // namespace efferent
