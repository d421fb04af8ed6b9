#pragma once

#include <time.h>

#include <cstdint>

namespace efferent {

/// CLOCK_MONOTONIC in nanoseconds: the same for all processes of one machine, so that a time that
/// one client sends along can be compared by another.
inline std::int64_t MonotonicNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace efferent
