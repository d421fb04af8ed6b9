#pragma once

#include <cstdint>

namespace efferent {

/// What this process has used so far.
struct ProcessUsage {
  std::int64_t processor_time_ns = 0;  ///< Of all its threads, user and system.
  std::int64_t up_time_ns = 0;         ///< Since it started, by the monotonic clock.
  std::int64_t resident_bytes = 0;     ///< In RAM now; 0 if /proc cannot be read.
};

/// Reads it from the system: a few microseconds. Thread-safe.
ProcessUsage ReadProcessUsage();

}  // namespace efferent
