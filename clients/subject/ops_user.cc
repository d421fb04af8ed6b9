#include "clients/subject/ops_user.h"

#include <cmath>
#include <optional>
#include <stdexcept>

namespace efferent::subject {

OpsUser::OpsUser(const OpsParams& params) : params_(params), vision_(params.visual_delay_ns) {
  if (!(params.max_speed_m_s > 0.0)) throw std::invalid_argument("OPS user: speed must be > 0");
  if (!(params.response_per_10_ms > 0.0 && params.response_per_10_ms < 1.0)) {
    throw std::invalid_argument("OPS user: response must be in (0, 1)");
  }
}

Vec3 OpsUser::Intent(const Observation& seen, double max_speed_m_s) {
  if (!seen.wants_reach()) return Vec3::Zero();
  const Vec3 to_target = seen.target->position_m - seen.position_m;
  const double distance = to_target.norm();
  Vec3 wanted = Vec3::Zero();  // v* / v_max
  if (distance > 0.0) {
    const double slowing_distance = 2.0 * seen.target->radius_m;
    const double share = distance < slowing_distance ? std::sqrt(distance / slowing_distance) : 1.0;
    wanted = share / distance * to_target;
  }
  return wanted - seen.velocity_m_s / max_speed_m_s;
}

double OpsUser::Response(const OpsParams& params, TimeNs bin_width_ns) {
  return 1.0 - std::pow(1.0 - params.response_per_10_ms, static_cast<double>(bin_width_ns) / 1e7);
}

Vec3 OpsUser::Intend(TimeNs bin_start_ns, const Observation& newest) {
  vision_.Push(newest);
  const std::optional<Observation> seen = vision_.Seen(bin_start_ns, params_.visual_delay_ns);
  return seen ? Intent(*seen, params_.max_speed_m_s) : Vec3::Zero();
}

void OpsUser::StartFrom(const Observation& start) {
  vision_.Clear();
  Observation known = start;
  known.time_ns -= params_.visual_delay_ns;
  vision_.Push(known);
}

Vec3 OpsUser::Obey(const Vec3& intent, const Vec3& velocity_m_s, TimeNs bin_width_ns) const {
  return velocity_m_s + Response(params_, bin_width_ns) * params_.max_speed_m_s * intent;
}

}  // namespace efferent::subject
