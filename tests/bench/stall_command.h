#pragma once

namespace CLI {
class App;
}

namespace efferent::bench {

/// `efferent-bench stall`: what reaches the arm when the server, the source or the network stands still.
void AddStallCommand(CLI::App& app);

}  // namespace efferent::bench
