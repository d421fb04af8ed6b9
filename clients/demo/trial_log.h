#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/report/latency_recorder.h"
#include "efferent/v1/session.pb.h"

namespace efferent::demo {

/// What was seen of a trial.
struct TrialRecord {
  std::uint32_t trial_index = 0;
  std::string condition;
  bool success = false;
  double time_s = 0.0;  ///< From start to stop, with the hold.
  std::array<double, 2> target_m{};
  double target_radius_m = 0.0;
  std::vector<std::array<double, 2>> path_m;  ///< As many points as were seen.
};

/// Makes a log of trials from the news of WatchSession. Trial events are complete, states are not:
/// a path may have gaps.
class TrialLog {
 public:
  /// `now_ns`: CLOCK_MONOTONIC when the news came.
  void Take(const v1::WatchSessionResponse& news, std::int64_t now_ns);

  /// Trials that are over, in order.
  const std::vector<TrialRecord>& trials() const { return trials_; }
  /// The trial that is on.
  const std::optional<TrialRecord>& running() const { return running_; }
  /// Trials of a condition that are over, and those of them that reached the target.
  int NumDone(const std::string& condition) const;
  int NumReached(const std::string& condition) const;
  /// Spikes sent -> their command seen here. A watcher's figure: the arm's own is what counts.
  const LatencyRecorder& seen_after() const { return seen_after_; }
  std::int64_t session_time_ns() const { return session_time_ns_; }

 private:
  void Take(const v1::TrialEvent& event);

  std::vector<TrialRecord> trials_;
  std::optional<TrialRecord> running_;
  std::int64_t start_ns_ = 0;
  std::int64_t session_time_ns_ = 0;
  LatencyRecorder seen_after_;
};

}  // namespace efferent::demo
