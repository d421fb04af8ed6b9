#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {

/// `efferent subject` in real time, bins of 10 ms, on session `s`, which it creates; silence is held
/// after 15 ms and stopped after 500 ms.
class LiveSource {
 public:
  /// From a command line to the arguments of nsenter that run it elsewhere.
  using Elsewhere = std::function<std::vector<std::string>(const std::vector<std::string>&)>;

  /// `server`: where it connects to, possibly through something that breaks.
  explicit LiveSource(const std::string& server, Elsewhere elsewhere = nullptr);
  ~LiveSource();

  RunningProgram& program() { return *program_; }
  /// Another process takes the first one's place.
  void StartAgain();

  /// Ends it in good order; returns the bins that were acknowledged to it.
  std::uint64_t EndAndCountBins();

 private:
  void Start();

  std::string server_;
  Elsewhere elsewhere_;
  std::string config_;
  std::optional<RunningProgram> program_;
};

/// Commands until the first STOPPED, that one included; empty if the stream ends first.
std::vector<v1::Command> ReadUntilStopped(ArmCall* arm);

/// What of `commands` came after the last DECODED: each status once, in order.
std::vector<v1::CommandStatus> StatusesOfSilence(const std::vector<v1::Command>& commands);

/// Reads until the arm has been told to move `count` times more; false if the stream ends first.
bool Moves(ArmCall* arm, int count);

/// Nothing was lost or applied twice: as many bins were decoded as chunks applied, one each.
void ExpectEveryChunkOnce(const v1::Session& session);

}  // namespace efferent::test
