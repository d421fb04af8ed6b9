#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// `efferent sessions`: what a server has recorded.
void AddSessionsCommand(CLI::App& app);

}  // namespace efferent
