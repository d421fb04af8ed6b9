#pragma once

#include <atomic>
#include <cstdint>

#include "server/journal/unix_clock.h"
#include "server/loop/monotonic_clock.h"

namespace efferent {

/// Since when a stream is attached to a session, or none is. Thread-safe.
class StreamPresence {
 public:
  /// It has come or gone, now.
  void Change() {
    since_unix_ns_ = UnixNowNs();
    since_ns_ = MonotonicNowNs();
  }
  /// Nanoseconds since 1970-01-01 UTC, for people.
  std::int64_t since_unix_ns() const { return since_unix_ns_; }
  /// On the monotonic clock.
  std::int64_t since_ns() const { return since_ns_; }

 private:
  std::atomic<std::int64_t> since_unix_ns_ = UnixNowNs();
  std::atomic<std::int64_t> since_ns_ = MonotonicNowNs();
};

}  // namespace efferent
