#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/programs/running_program.h"
#include "tests/scratch_folder.h"

namespace efferent::test {

/// What is attacked: `efferentd` with a data directory, TCP, a Unix socket, metrics, bounds that an attacker
/// reaches soon, and a log that goes to a pipe.
class TargetServer {
 public:
  static constexpr int kFiles = 320;  ///< Limit of open files, 64 of them its own.
  static constexpr int kMaxSessions = 64;
  static constexpr double kMemoryGb = 0.5;  ///< For sessions.

  TargetServer();
  ~TargetServer();

  const std::string& address() const { return address_; }
  const std::string& unix_address() const { return unix_address_; }
  /// HOST:PORT.
  const std::string& metrics_address() const { return metrics_address_; }
  int process_id() const { return server_->process_id(); }
  bool IsRunning() const;
  /// SIGTERM; the exit status, nothing if it did not end within a minute or a signal ended it.
  std::optional<int> End() { return server_->End(); }

  /// Whether its log is read, left unread, or its reader gone.
  enum class LogReader { kReads, kSleeps, kGone };
  void Set(LogReader state) { log_state_ = state; }
  std::uint64_t log_bytes() const { return log_bytes_; }
  /// The last of it.
  std::string TailOfLog();

  /// The memory that it has resident now, and the most since the last call.
  double ResidentMb() const;
  double TakePeakMb();

 private:
  void ReadLog();
  void WatchMemory();

  const ScratchFolder folder_;
  const std::string pipe_;
  std::unique_ptr<RunningProgram> server_;
  std::string address_, unix_address_, metrics_address_;
  std::atomic<LogReader> log_state_ = LogReader::kReads;
  std::atomic<std::uint64_t> log_bytes_ = 0;
  std::mutex tail_mutex_;
  std::string tail_;
  std::atomic<double> peak_mb_ = 0.0;
  std::atomic<bool> is_over_ = false;
  std::thread log_thread_, memory_thread_;
};

}  // namespace efferent::test
