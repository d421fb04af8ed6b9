#pragma once

#include <cstdint>
#include <mutex>

#include "clients/report/latency_recorder.h"

namespace efferent::load {

/// What became of the bins of all sessions.
struct LoadCounts {
  std::int64_t due = 0;       ///< Bins whose time came.
  std::int64_t answered = 0;  ///< Of these, with an acknowledgement.
  std::int64_t in_time = 0;   ///< Of these, within the deadline.
  std::int64_t commands = 0;  ///< Decoded commands that came on arm streams.
  /// From the time at which a bin was due, not from when it was sent: a server that holds up its
  /// client does not look faster for it.
  LatencyRecorder latency;
  /// From the time at which a bin was due until the client sent it: what of the latency is the
  /// client's own, or flow control's.
  LatencyRecorder lag;

  std::int64_t missed() const { return due - in_time; }
  double missed_share() const {
    return due == 0 ? 0.0 : static_cast<double>(missed()) / static_cast<double>(due);
  }
};

/// Counts from many threads. Thread-safe.
class LoadTally {
 public:
  explicit LoadTally(std::int64_t deadline_ns) : deadline_ns_(deadline_ns) {}

  void Due() {
    const std::lock_guard lock(mutex_);
    ++counts_.due;
  }
  void Sent(std::int64_t lag_ns) {
    const std::lock_guard lock(mutex_);
    counts_.lag.Record(lag_ns);
  }
  void Answered(std::int64_t latency_ns) {
    const std::lock_guard lock(mutex_);
    ++counts_.answered;
    counts_.in_time += latency_ns <= deadline_ns_ ? 1 : 0;
    counts_.latency.Record(latency_ns);
  }
  void Commanded() {
    const std::lock_guard lock(mutex_);
    ++counts_.commands;
  }
  LoadCounts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  const std::int64_t deadline_ns_;
  mutable std::mutex mutex_;
  LoadCounts counts_;
};

}  // namespace efferent::load
