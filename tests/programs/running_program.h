#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/demo/child_process.h"

namespace efferent::test {

/// `efferentd` or `efferent` beside the test, its output in a file; killed with this object if it
/// still runs.
class RunningProgram {
 public:
  RunningProgram(const std::string& name, const std::vector<std::string>& arguments);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  /// Waits until it has written `text`. False if it ends without having done so, or after a minute.
  bool Says(const std::string& text);
  /// All that it has written so far.
  std::string output() const { return child_->ReadLog(); }

  int process_id() const { return child_->process_id(); }

  /// SIGKILL: no goodbye.
  void Kill() { child_->WaitOrKill(std::chrono::milliseconds(0)); }
  /// SIGTERM; returns the exit status, nothing if a signal ended it.
  std::optional<int> End();
  /// Waits for its own end; returns the exit status, nothing if it had to be killed after a minute.
  std::optional<int> Wait();

 private:
  std::string log_;
  std::unique_ptr<demo::ChildProcess> child_;
};

/// A server; `address()` is what it said that it listens on.
class RunningServer : public RunningProgram {
 public:
  /// On `listen`, with further arguments.
  explicit RunningServer(const std::string& listen = "127.0.0.1:0",
                         std::vector<std::string> arguments = {});
  const std::string& address() const { return address_; }

 private:
  std::string address_;
};

}  // namespace efferent::test
