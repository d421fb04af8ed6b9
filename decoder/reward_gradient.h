#pragma once

#include <Eigen/Core>
#include <optional>

#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Which way of moving is rewarded, found from movements and a scalar reward alone. For a short
/// while a reward is linear in the velocity v (m/s) that earned it:
///   r = g' v / speed + b + noise
/// A Kalman filter tracks [g; b], in units of the reward: g, which changes as the hand moves, anew
/// in each trial, for each has another target; b, what is paid whatever is done, all along. The
/// noise is measured. Neither the unit of the reward nor a constant in it matters. For a reward
/// that says how fast the target comes nearer g points at the target. In the terms of
/// reinforcement learning: an action-value that is linear in the action, whose gradient teaches
/// the policy (Silver et al., ICML 2014). Real-time safe.
class RewardGradient {
 public:
  /// `speed_m_s`, > 0: usual speed.
  RewardGradient(double speed_m_s, int num_dimensions, TimeNs bin_width_ns);

  /// `reward` was earned by moving with `velocity_m_s` in one bin. Both finite.
  void Observe(const TaskVector& velocity_m_s, double reward) noexcept;

  /// Direction of g, of length 1; nothing while its error may be as large as g itself.
  std::optional<TaskVector> Direction() const noexcept;

  void OnTrialStart() noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  static constexpr int kMaxSize = kMaxDimensions + 1;
  using State = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMaxSize, 1>;
  using Covariance = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxSize, kMaxSize>;

  double speed_m_s_;
  int num_dimensions_;
  double bin_width_s_;
  double power_gain_;
  Eigen::Index offset_;        // where b is in the state: behind the room for g
  State state_;                // [g; b]
  Covariance covariance_;      // of the error in it
  double reward_power_ = 0.0;  // mean of (r - b)^2, the scale of all variances; 0 before any reward
  double noise_power_ = 0.0;   // mean squared residual
};

}  // namespace efferent
