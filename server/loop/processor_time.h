#pragma once

#include <ctime>

#include <cstdint>

namespace efferent {

/// Processor time that this thread has used, nanoseconds. Some 300 ns a call.
inline std::int64_t ThreadProcessorNs() noexcept {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace efferent
