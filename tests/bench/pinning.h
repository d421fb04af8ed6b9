#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace efferent::bench {

/// Adds `--cpu`: the processors that this process, and every child that it starts, may run on.
void AddCpuOption(CLI::App* command, std::vector<int>* cpus);

/// Pins this process, its later threads and children. Empty: leaves things as they are.
/// @throws std::system_error if the machine has none of them.
void PinTo(const std::vector<int>& cpus);

}  // namespace efferent::bench
