#pragma once

namespace CLI {
class App;
}

namespace efferent::bench {

/// Adds `efferent-bench scale`.
void AddScaleCommand(CLI::App& app);

}  // namespace efferent::bench
