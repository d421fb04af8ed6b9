#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// Registers `efferent arm`.
void AddArmCommand(CLI::App& app);

}  // namespace efferent
