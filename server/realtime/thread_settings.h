#pragma once

#include <sched.h>

#include <cstdint>
#include <string>
#include <vector>

namespace efferent {

/// Scheduling of the threads that decode: a real-time priority (SCHED_FIFO) and the processors that
/// they may run on. gRPC makes those threads, whenever it likes, so a thread gets the settings when
/// it is about to decode for the first time.
///
/// Construction finds out, on a thread of its own, what the system grants. What it refuses is
/// reported once (`refusals`) and not tried again: such a server works, less punctually.
class ThreadSettings {
 public:
  /// `realtime_priority`: 1 to 99, 0 for none. `processors`: numbers, empty for any.
  ThreadSettings(int realtime_priority, const std::vector<int>& processors);

  /// For a thread that is about to decode. After its first call on a thread it costs a comparison.
  void ApplyToThisThread() const noexcept {
    if (settings_of_this_thread_ != id_) Apply();
  }

  /// For the thread that watches the clock: a priority one above, so that it can stop an arm while
  /// decoding or learning hangs. Any processor.
  void ApplyToClockThread() const noexcept;

  /// A sentence for each setting that the system refuses: what, why, and what to do.
  const std::vector<std::string>& refusals() const { return refusals_; }
  /// What is in force, for example `SCHED_FIFO 50, processors 2-3`.
  std::string Describe() const;

 private:
  void Apply() const noexcept;
  void TryPriority(int priority);
  void TryProcessors(const std::vector<int>& processors, const cpu_set_t& available);

  // Which settings this thread has; 0: none yet.
  static inline thread_local std::uint64_t settings_of_this_thread_ = 0;

  std::uint64_t id_;
  int priority_ = 0;      // in force
  cpu_set_t processors_;  // in force; empty: any
  std::vector<std::string> refusals_;
};

}  // namespace efferent
