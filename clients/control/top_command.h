#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent top`: all sessions of a server, live.
void AddTopCommand(CLI::App& app);

}  // namespace efferent
