#pragma once

namespace CLI {
class App;
}

namespace efferent::bench {

/// Adds `efferent-bench roundtrip`.
void AddRoundTripCommand(CLI::App& app);

}  // namespace efferent::bench
