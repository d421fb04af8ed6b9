#pragma once

#include <random>

#include "clients/subject/user.h"
#include "clients/subject/visual_delay.h"

namespace efferent::subject {

/// Settings of OpsUser, in SI units: 1 unit of the OPS task is 1 cm, and its velocities are per
/// step of 10 ms.
struct OpsParams {
  double max_speed_m_s = 0.2;  ///< v_max = 20 dt units a step.
  double gain = 1.5;           ///< Rates saturate where dv is 1 / gain of the largest.
  double rate_noise =
      0.0;  ///< Standard deviation of the noise inside the clip; harder setting: 0.3.
  TimeNs visual_delay_ns = 0;  ///< How late arm and task are seen.
};

/// The user of the OPS task (NeuroBench, branch 2025_GC; evaluation of closed-loop decoders):
/// intends a change of velocity, sees at once, predicts nothing. With d = target - position and r
/// the target's radius:
///   v* = v_max min(sqrt(|d| / (2 r)), 1) d / |d|
///   dv = k (v* - v),  a_max = k v_max
///   rate_i = lmin_i + (lmax_i - lmin_i) clip(1.5 c_i . dv / a_max + n_i, 0, 1),  n_i ~ N(0,
///   rate_noise) anew in each bin
/// v: velocity of the arm. k cancels: neurons say (v* - v) / v_max; k = 0.3 per bin of 10 ms is
/// what the decoder's labels must assume (`response`, ops_session_config in session_settings.h).
/// Without a target or with an arm that is not engaged dv = 0.
class OpsUser final : public User {
 public:
  /// @throws std::invalid_argument if the population is empty or a setting makes no sense.
  OpsUser(Population population, const OpsParams& params, std::uint64_t seed);

  const std::vector<double>& Rates(TimeNs bin_start_ns, const Observation& newest) override;

  /// dv / a_max for a state that is seen; |.| <= 1 while the arm is no faster than v_max and heads
  /// for the target.
  static Vec2 Intent(const Observation& seen, double max_speed_m_s);

 private:
  Population population_;
  OpsParams params_;
  VisualDelay vision_;
  std::mt19937_64 random_;
  std::normal_distribution<double> noise_{0.0, 1.0};
  std::vector<double> rates_hz_;
};

}  // namespace efferent::subject
