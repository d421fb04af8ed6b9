#pragma once

#include <cstdint>

namespace efferent::bench {

/// Processor time that all threads of a process have used, nanoseconds.
/// @throws std::system_error if there is no such process.
std::int64_t ProcessorTimeNs(int pid);

/// Memory that it has resident, bytes. @throws std::runtime_error if there is no such process.
std::int64_t ResidentBytes(int pid);

}  // namespace efferent::bench
