#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// `efferent replay`: a recording once more.
void AddReplayCommand(CLI::App& app);

}  // namespace efferent
