#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent eval`, which scores decoders in-process, without a server.
void AddEvalCommand(CLI::App& app);

}  // namespace efferent
