#pragma once

namespace CLI {
class App;
}

namespace efferent {

/// `efferent session erase`: recordings, for good.
void AddEraseCommand(CLI::App* session);

}  // namespace efferent
