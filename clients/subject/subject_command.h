#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Adds `efferent subject`, a simulated brain that streams its spikes to a session.
void AddSubjectCommand(CLI::App& app);

}  // namespace efferent
