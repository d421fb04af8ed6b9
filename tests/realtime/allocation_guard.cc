#include "tests/realtime/allocation_guard.h"

#include <cerrno>
#include <cstddef>

// glibc's own names: what malloc and its kin forward to here. operator new ends in malloc.
extern "C" {
void* __libc_malloc(std::size_t size);                           // NOLINT
void* __libc_calloc(std::size_t count, std::size_t size);        // NOLINT
void* __libc_realloc(void* pointer, std::size_t size);           // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT
}

namespace {

thread_local bool armed = false;
thread_local std::uint64_t count = 0;

void Note() {
  if (armed) ++count;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  Note();
  return __libc_malloc(size);
}
void* calloc(std::size_t num, std::size_t size) {
  Note();
  return __libc_calloc(num, size);
}
void* realloc(void* pointer, std::size_t size) {
  Note();
  return __libc_realloc(pointer, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  Note();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  Note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  Note();
  *out = __libc_memalign(alignment, size);
  return *out ? 0 : ENOMEM;
}

}  // extern "C"

namespace efferent::test {

AllocationGuard::AllocationGuard() {
  count = 0;
  armed = true;
}
AllocationGuard::~AllocationGuard() { armed = false; }
std::uint64_t AllocationGuard::num_allocations() const { return count; }

}  // namespace efferent::test
