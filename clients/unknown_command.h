#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Looks at the words that must name a command of `app` or of one of its commands.
/// @throws InputError naming the first word that names none, and the closest command or all there are.
void RefuseUnknownCommand(const CLI::App& app, int argc, const char* const* argv);

}  // namespace efferent
