#pragma once

#include <cstdint>

namespace efferent::test {

/// Under AddressSanitizer, which keeps what is freed, resident memory says nothing, and time little.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

/// What a process holds, as the kernel counts it.
struct ProcessView {
  int threads = 0;
  int open_files = 0;
  std::int64_t resident_bytes = 0;
};

/// @throws std::runtime_error if there is no such process. 0: this one.
ProcessView LookAtProcess(int process_id);

/// Bytes that this process has allocated and not freed.
std::int64_t AllocatedBytes();

}  // namespace efferent::test
