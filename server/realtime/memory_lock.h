#pragma once

#include <optional>
#include <string>

namespace efferent {

/// Keeps all memory of the process, present and future, in RAM (mlockall), and keeps malloc from
/// giving pages back, so that no step waits for a page that was there before. For the whole process
/// and for good; to be called early. Costs memory: the whole stack of every thread is resident.
///
/// Returns why the system refuses, and what to do; then nothing has changed.
std::optional<std::string> LockMemory();

}  // namespace efferent
