#pragma once

namespace efferent {

/// RAM that this process may use at most, bytes: the machine's, or its control group's limit (a container's)
/// where that is lower.
double MachineMemoryBytes();

}  // namespace efferent
