#pragma once

#include "clients/subject/forward_model.h"
#include "clients/subject/user.h"
#include "clients/subject/visual_delay.h"

namespace efferent::subject {

/// Settings of DelayedUser. Why these values:
/// - 200 ms until a change is seen, and 200 ms until a new target moves the user, are what Willett
/// et al. (J Neural Eng 14,
///   2017) found for people who steer a cursor by their motor cortex.
/// - Full effort until 5 cm from the target, then in proportion: the target of the task has a
/// diameter of 5 cm.
/// - Plant: 100 ms is the smoothing that such decoders have; 0.25 m/s at full control is, with the
/// damping, 0.18 m/s
///   in the steady state, close to the 0.2 m/s of the OPS task.
/// - Damping 0.4: near the target e'' + (1 + D) / tau e' + beta / (distance tau) e = 0, which is
/// critically damped at
///   (1 + D)^2 = 4 beta tau / distance = 2.
struct DelayedUserParams {
  TimeNs visual_delay_ns = 200'000'000;
  TimeNs reaction_time_ns = 200'000'000;  ///< From a target's appearance to the first control.
  double full_effort_distance_m = 0.05;   ///< f_targ(x) = min(1, x / this).
  double damping = 0.4;                   ///< D: f_vel(s) = D s / full speed.
  PlantParams plant;
};

/// A user who sees late and knows it: steers by the state that an internal model predicts for now,
/// from the state seen `visual_delay` ago and the controls since.
///   c = f_targ(|e|) e / |e| - f_vel(|v|) v / |v|,  e = target - p,  p and v predicted, |c| cut at
///   1
/// The intent is c. The wish is for the velocity v* = beta c of a first-order
/// plant, so that a decoder should learn the label v + (1 - alpha) (beta c - v) = v + (1 - alpha)
/// (1 + D) (beta / (1 + D) f_targ e / |e| - v): an intended speed of beta / (1 + D) and a response
/// of (1 - alpha) (1 + D) per bin. Without a target or with an arm that was not engaged (a reaction
/// time ago), c = 0.
class DelayedUser final : public User {
 public:
  /// @throws std::invalid_argument if a setting makes no sense.
  DelayedUser(const DelayedUserParams& params, TimeNs bin_width_ns);

  Vec3 Intend(TimeNs bin_start_ns, const Observation& newest) override;
  /// alpha v + beta (1 - alpha) c: the plant that the user believes in.
  Vec3 Obey(const Vec3& intent, const Vec3& velocity_m_s, TimeNs bin_width_ns) const override;
  /// A target that is there from the start on has to be noticed first, too.
  void StartFrom(const Observation& start) override;

  /// c for a state that is known and a target that has been noticed.
  static Vec3 Control(const Observation& state, const Target& target,
                      const DelayedUserParams& params);

 private:
  DelayedUserParams params_;
  VisualDelay vision_;
  ForwardModel model_;
};

}  // namespace efferent::subject
