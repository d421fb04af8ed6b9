#pragma once

#include <cstdint>

namespace efferent::test {

/// Counts what this thread takes from the heap while it exists. The program must link
/// allocation_guard.cc, which stands in for malloc and its kin (so it cannot be combined with a
/// sanitizer).
class AllocationGuard {
 public:
  AllocationGuard();
  ~AllocationGuard();
  std::uint64_t num_allocations() const;
};

}  // namespace efferent::test
