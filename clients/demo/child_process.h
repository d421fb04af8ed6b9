#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace efferent::demo {

/// A program that runs beside us, with its output in a log file. It leads a process group of its
/// own, so that Ctrl-C reaches us alone and we end it in good order; if we die, it gets SIGTERM.
class ChildProcess {
 public:
  /// Starts `program`, with a new log; call on the main thread. @throws std::runtime_error if that
  /// fails.
  ChildProcess(std::string name, const std::filesystem::path& program,
               const std::vector<std::string>& arguments, const std::filesystem::path& log);
  /// Ends it at once if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool IsRunning();
  /// Asks it to end (SIGTERM). Nothing happens if it has.
  void AskToEnd();
  /// Waits until it has ended; after `grace` ends it at once (SIGKILL).
  void WaitOrKill(std::chrono::milliseconds grace);
  /// How it ended, for example `exit status 1`; only once it has.
  std::string DescribeEnd();
  /// Exit status; nothing while it runs or if a signal ended it.
  std::optional<int> exit_status();

  int process_id() const;
  const std::string& name() const { return name_; }
  const std::filesystem::path& log() const { return log_; }
  /// Text that it has written so far.
  std::string ReadLog() const;
  /// The last lines of it.
  std::string TailOfLog(int num_lines) const;

 private:
  struct Impl;  // Boost.Process is slow to compile.

  std::string name_;
  std::filesystem::path log_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace efferent::demo
