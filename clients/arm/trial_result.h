#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

namespace efferent {

/// Where the end point was at one time of a trial. In the plane z is 0, here and below.
struct PathPoint {
  double t_s = 0.0;  ///< Since the start of the trial.
  Eigen::Vector3d position_m = Eigen::Vector3d::Zero();
};

/// A trial that came to its end: reached, or failed at the time limit. Interrupted trials have no
/// result, they are repeated.
struct TrialResult {
  int phase = 0;                  ///< Index of the phase.
  std::uint32_t trial_index = 0;  ///< Over the whole run, repeated trials included.
  Eigen::Vector3d start_m = Eigen::Vector3d::Zero();
  Eigen::Vector3d target_m = Eigen::Vector3d::Zero();
  double target_radius_m = 0.0;
  bool success = false;
  double time_s = 0.0;  ///< With the hold; a failed trial has the time limit.
  /// Straight distance / length of the path, from the start to where the target was first entered;
  /// 0 if it never was.
  double path_efficiency = 0.0;
  std::vector<PathPoint> path;  ///< Every 10 ms, and the end.
};

/// Shannon's index of difficulty per second, log2(1 + D / W) / time, with D the distance from the
/// start to the target's centre and W its diameter. 0 for a failed trial. bits/s.
double ThroughputBitsPerS(const TrialResult& trial);

/// A mean and the bounds of its 95 % confidence interval.
struct Estimate {
  double mean = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// Scores of the trials of a phase.
struct TrialScores {
  int num_trials = 0;
  Estimate success_rate;           ///< Wilson's interval.
  Estimate time_to_target_s;       ///< Failed trials count as the time limit. Normal interval.
  Estimate path_efficiency;        ///< Trials that never entered the target count as 0.
  Estimate throughput_bits_per_s;  ///< Failed trials count as 0.
};

/// Scores of the trials of one phase; nothing if there are none.
std::optional<TrialScores> ScoreTrials(const std::vector<TrialResult>& trials, int phase);

}  // namespace efferent
