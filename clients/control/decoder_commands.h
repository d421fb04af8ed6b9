#pragma once

namespace CLI {
class App;
}

namespace efferent::control {

/// Adds what changes a session's decoders to `efferent session`: `swap`, `promote`, and
/// `shadow add|remove|list`.
void AddDecoderCommands(CLI::App* session);

}  // namespace efferent::control
