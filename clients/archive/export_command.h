#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// `efferent export`: a recorded session as an NWB 2 file.
void AddExportCommand(CLI::App& app);

}  // namespace efferent
