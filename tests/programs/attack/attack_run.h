#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/programs/attack/hostile_message.h"
#include "tests/programs/attack/raw_call.h"
#include "tests/programs/attack/rig.h"
#include "tests/programs/attack/target_server.h"

namespace efferent::test {

/// What is attacked.
struct Scene {
  TargetServer* server;
  std::vector<std::unique_ptr<Rig>>* rigs;
};

/// Sessions of the attackers' own.
inline constexpr const char* kVictims[] = {"victim0", "victim1", "victim2"};

/// Counted as an answer: how often the server stood still.
inline constexpr const char* kServerStalls = "of the server";

/// One attack while it lasts, and what it gets for an answer. Thread-safe.
class AttackRun {
 public:
  AttackRun(const Scene& scene, std::chrono::milliseconds length, std::uint64_t seed)
      : scene_(scene), end_(Clock::now() + length), seed_(seed) {}

  TargetServer& server() { return *scene_.server; }
  std::vector<std::unique_ptr<Rig>>& rigs() { return *scene_.rigs; }
  bool over() const { return Clock::now() >= end_; }
  /// Sleeps for `time`, or until it is over.
  void Pause(std::chrono::milliseconds time) const;

  void Count(const std::string& answer, std::uint64_t times = 1);
  void Count(const grpc::Status& status) { Count(NameOf(status.error_code())); }
  /// What must never be: fails the test.
  void Fail(const std::string& what);

  /// Calls `work` again and again until it is over, once at least, on so many threads, each with random numbers of its
  /// own.
  void Repeat(int num_threads, const std::function<void(Random*)>& work);

  const std::map<std::string, std::uint64_t>& answers() const { return answers_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  using Clock = std::chrono::steady_clock;

  const Scene scene_;
  const Clock::time_point end_;
  const std::uint64_t seed_;
  std::mutex mutex_;
  std::uint64_t num_threads_ = 0;
  std::map<std::string, std::uint64_t> answers_;
  std::vector<std::string> failures_;
};

/// Something that an attacker does, or that happens to a server.
struct Attack {
  std::string name;
  std::function<void(AttackRun*)> run;  ///< Returns soon after the run is over.
  bool stalls = false;  ///< Server, sources or arms stand still: nobody is owed commands meanwhile.
};

/// Calls: hostile values and mutated bytes to every method that the contract has, cancelled calls.
std::vector<Attack> AttacksOnCalls();
/// Connections: floods by TCP and Unix sockets, garbage, half requests to the metrics, readers that do not read.
std::vector<Attack> AttacksOnConnections();
/// Sessions: created and ended at speed, streamed to with nonsense, taken over.
std::vector<Attack> AttacksOnSessions();
/// Damaged decoders, configurations and databases.
std::vector<Attack> AttacksOnFiles();
/// Signals, a log that nobody reads, server and clients that stand still.
std::vector<Attack> AttacksOnProcess();

}  // namespace efferent::test
