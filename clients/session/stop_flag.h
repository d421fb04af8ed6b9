#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace efferent {

/// A request to end, made once and never taken back. Thread-safe.
class StopFlag {
 public:
  /// Calls a function when the stop is requested (at once if it has been), on the thread that
  /// requests it; no more after its destruction, which waits for a call under way. For what blocks
  /// in gRPC: `[&] { stream.Cancel(); }`.
  class Callback {
   public:
    Callback(StopFlag& flag, std::function<void()> function);
    ~Callback();
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;

   private:
    StopFlag& flag_;
    std::uint64_t id_ = 0;
  };

  void Request();
  bool requested() const;
  /// Waits, but not past a request. Returns whether a stop was requested.
  bool WaitFor(std::chrono::nanoseconds duration) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool requested_ = false;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, std::function<void()>> callbacks_;
};

/// The flag that SIGINT and SIGTERM set. The first call installs the handlers; a second signal ends
/// the process at once. The signal mask is left alone and handlers do not survive exec, so child
/// processes start as usual.
StopFlag& ProcessStopFlag();

/// The signal that has requested the stop of ProcessStopFlag; nothing if none has.
std::optional<int> StopSignal();

}  // namespace efferent
