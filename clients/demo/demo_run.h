#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/demo/child_process.h"
#include "clients/demo/demo_options.h"
#include "clients/demo/session_monitor.h"
#include "clients/report/result_row.h"
#include "clients/report/status_line.h"
#include "clients/session/stop_flag.h"

namespace efferent::demo {

/// A stop was requested: Ctrl-C.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// One run of the closed loop with real processes: `efferentd`, `efferent subject` and `efferent
/// arm` over loopback. Their logs and results go to the output directory. Whatever happens, no
/// child outlives this object.
class DemoRun {
 public:
  DemoRun(const DemoOptions& options, StopFlag& stop);
  /// Ends what still runs: the clients first, then the server.
  ~DemoRun();

  /// Returns the joined result rows. With `nwb_path` the server records, and the session is exported to that file.
  /// @throws Interrupted; std::runtime_error with the tail of its
  /// log if a child dies, or if the time limit passes.
  std::vector<ResultRow> Run(const std::optional<std::string>& nwb_path = {});

  /// Trials seen so far.
  std::vector<TrialRecord> Trials() const;
  /// Seconds of wall and of session time that it took.
  double wall_s() const;
  double session_s() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string StartServer(bool records);
  void StartSubject(const std::string& address);
  void StartArm(const std::string& address);
  ChildProcess& Start(const std::string& name, const std::filesystem::path& program,
                      const std::vector<std::string>& arguments);
  /// Waits a little, and looks after the children. Returns whether `done` has ended well.
  void Tick(std::chrono::milliseconds pause);
  void RequireRunning(ChildProcess& child);
  [[noreturn]] void FailWith(ChildProcess& child, const std::string& what);
  void WaitForSession(const std::string& address);
  void FollowUntilTheArmIsDone(ChildProcess& arm);
  void Export(const std::string& address, const std::string& nwb_path);
  std::string Status() const;
  void EndAll();

  DemoOptions options_;
  StopFlag& stop_;
  std::filesystem::path out_dir_;
  std::filesystem::path
      data_dir_;  // Of a server that records, which has one; gone with this object.
  std::filesystem::path own_program_;
  std::vector<DemoPhase> phases_;
  std::string session_id_ = "demo";
  Clock::time_point start_ = Clock::now();
  StatusLine line_;
  std::vector<std::unique_ptr<ChildProcess>> children_;  // In the order of their start.
  std::unique_ptr<SessionMonitor> monitor_;
};

}  // namespace efferent::demo
