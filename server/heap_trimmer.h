#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace efferent {

/// Has large blocks come from the system one by one, to which they go back when they are freed, instead of from
/// heaps that keep them. Before any other thread begins.
void TuneHeap();

/// Gives back to the system what glibc's heaps keep of freed memory, now and then if it is much: sessions that
/// have ended, calls that were cancelled. A thread of its own, of normal priority: others may wait for its locks.
class HeapTrimmer {
 public:
  HeapTrimmer() : thread_([this] { Run(); }) {}
  ~HeapTrimmer();
  HeapTrimmer(const HeapTrimmer&) = delete;
  HeapTrimmer& operator=(const HeapTrimmer&) = delete;

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace efferent
