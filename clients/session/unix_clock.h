#pragma once

#include <chrono>
#include <cstdint>

namespace efferent {

/// Wall-clock time, nanoseconds since 1970-01-01 UTC.
inline std::int64_t UnixNowNs() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace efferent
