#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace efferent {

/// Writes text to a descriptor that its reader may have left, or not read: a pipe, a terminal, a socket of
/// systemd's journal, a file. Nothing ends or blocks the process; how others see the descriptor (whether it
/// blocks) stays as it is.
class LogWriter {
 public:
  explicit LogWriter(int descriptor);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Waits for the reader, for ever unless LimitWaiting has been called. False: it has not been written, at
  /// least not all, for there is no reader, or it did not read in time. One thread.
  bool Write(std::string_view text);

  /// From now on writing waits this long at most, all in all. Any thread.
  void LimitWaiting(std::chrono::milliseconds limit);

 private:
  bool WaitForReader() const;

  const int given_;
  int descriptor_;
  bool is_socket_ = false;
  std::atomic<std::int64_t> deadline_ns_;  // of the monotonic clock
};

}  // namespace efferent
