#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "efferent/v1/session.pb.h"

namespace efferent::control {

/// What `efferent session watch` says about the news of a session. Time is an argument.
class WatchView {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Takes in news, and returns what is worth a line of its own: trials that begin and end, commands
  /// whose status is another than the last one's.
  std::vector<std::string> Take(const v1::WatchSessionResponse& news, Time now);

  /// How it goes now, in one line.
  std::string Status() const;

 private:
  struct Count {
    std::uint64_t bins;
    Time time;
  };

  std::string DescribeEvent(const v1::TrialEvent& event);
  void TakeStatistics(const v1::SessionStatistics& statistics, Time now);

  std::optional<v1::Command> command_;
  std::optional<v1::SessionStatistics> statistics_;
  std::optional<v1::TrialEvent> trial_;  // The start of the one that runs.
  std::optional<Count> counted_;         // Where the rate is measured from.
  std::optional<double> bins_per_s_;
};

}  // namespace efferent::control
