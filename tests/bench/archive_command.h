#pragma once

namespace CLI {
class App;
}

namespace efferent::bench {

/// `efferent-bench archive`: what recordings take on the disk, and how fast they are exported.
void AddArchiveCommand(CLI::App& app);

}  // namespace efferent::bench
