#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent stream`, which plays a recording to a server and scores what it decodes.
void AddStreamCommand(CLI::App& app);

}  // namespace efferent
