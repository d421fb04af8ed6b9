#pragma once

#include "clients/subject/user.h"
#include "clients/subject/visual_delay.h"

namespace efferent::subject {

/// Settings of OpsUser, in SI units: 1 unit of the OPS task is 1 cm, and its velocities are per
/// step of 10 ms.
struct OpsParams {
  double max_speed_m_s = 0.2;       ///< v_max = 20 dt units a step.
  double response_per_10_ms = 0.3;  ///< k: share of the wanted change that is made in one step.
  TimeNs visual_delay_ns = 0;       ///< How late arm and task are seen.
};

/// The user of the OPS task (NeuroBench, branch 2025_GC; evaluation of closed-loop decoders):
/// intends a change of velocity, sees at once, predicts nothing. With d = target - position and r
/// the target's radius:
///   v* = v_max min(sqrt(|d| / (2 r)), 1) d / |d|
///   dv = k (v* - v),  a_max = k v_max;  the intent is dv / a_max = (v* - v) / v_max
/// v: velocity of the arm. |dv / a_max| <= 1 while the arm is no faster than v_max and heads for the
/// target. Without a target or with an arm that is not engaged dv = 0.
class OpsUser final : public User {
 public:
  /// @throws std::invalid_argument if a setting makes no sense.
  explicit OpsUser(const OpsParams& params);

  Vec3 Intend(TimeNs bin_start_ns, const Observation& newest) override;
  /// v + dv, with k for a bin of this width.
  Vec3 Obey(const Vec3& intent, const Vec3& velocity_m_s, TimeNs bin_width_ns) const override;
  /// The start and the target are known; late is what is seen of the movement.
  void StartFrom(const Observation& start) override;

  /// dv / a_max for a state that is seen.
  static Vec3 Intent(const Observation& seen, double max_speed_m_s);

  /// k for a bin of another width than 10 ms.
  static double Response(const OpsParams& params, TimeNs bin_width_ns);

 private:
  OpsParams params_;
  VisualDelay vision_;
};

}  // namespace efferent::subject
