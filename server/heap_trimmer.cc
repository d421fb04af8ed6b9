#include "server/heap_trimmer.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>

namespace efferent {
namespace {

constexpr std::chrono::seconds kInterval{5};
constexpr std::size_t kMuch = 32 << 20;
constexpr int kLargeBlock = 256 << 10;

}  // namespace

void TuneHeap() {
  // Setting it also keeps glibc from raising it with each large block that is freed.
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);
}

HeapTrimmer::~HeapTrimmer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void HeapTrimmer::Run() {
  std::size_t trimmed =
      0;  // free blocks of the heaps, as of the last time: most of their pages are not in RAM
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
    lock.unlock();
    const std::size_t free = mallinfo2().fordblks;
    trimmed = std::min(trimmed, free);
    if (free > trimmed + kMuch) {
      malloc_trim(0);
      trimmed = mallinfo2().fordblks;
    }
    lock.lock();
  }
}

}  // namespace efferent
