#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

#include "clients/arm/task.h"
#include "clients/arm/trial_result.h"

namespace efferent {

/// One attempt at a target, watched step by step. Times are of the session's clock.
class Trial {
 public:
  enum class State {
    kReaching,  ///< The end point is outside of the target.
    kHolding,   ///< It is inside, the hold time runs.
    kReached,   ///< Over: it stayed inside for the hold time.
    kFailed,    ///< Over: the time limit passed.
  };

  Trial(const TaskParams& task, const Eigen::Vector3d& target_m, std::int64_t start_ns,
        const Eigen::Vector3d& position_m);

  /// The end point is at `position_m` at `now_ns` (never decreases). Nothing more happens once
  /// over.
  State Observe(std::int64_t now_ns, const Eigen::Vector3d& position_m);

  /// How fast the target came nearer between the last two observations, m/s; 0 on it: what a task
  /// that pays for progress would pay.
  double reward() const { return reward_; }

  State state() const { return state_; }
  bool is_over() const { return state_ == State::kReached || state_ == State::kFailed; }
  std::int64_t start_ns() const { return start_ns_; }
  const Eigen::Vector3d& target_m() const { return target_m_; }
  /// Where the end point has been so far, every 10 ms.
  const std::vector<PathPoint>& path() const { return path_; }

  /// What came of it. Phase and number are the caller's to fill in. Only once over.
  TrialResult Result() const;

 private:
  void Log(std::int64_t now_ns, const Eigen::Vector3d& position_m);

  TaskParams task_;
  Eigen::Vector3d target_m_;
  std::int64_t start_ns_;
  Eigen::Vector3d start_m_;
  State state_ = State::kReaching;
  Eigen::Vector3d last_m_;
  std::int64_t last_ns_;
  double reward_ = 0.0;
  double path_length_m_ = 0.0;
  std::optional<double> path_efficiency_;  // Set when the target is entered for the first time.
  std::int64_t entered_ns_ = 0;
  std::int64_t stop_ns_ = 0;
  std::int64_t next_log_ns_ = 0;
  std::vector<PathPoint> path_;
};

}  // namespace efferent
