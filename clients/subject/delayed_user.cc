#include "clients/subject/delayed_user.h"

#include <algorithm>
#include <stdexcept>

namespace efferent::subject {

DelayedUser::DelayedUser(const DelayedUserParams& params, TimeNs bin_width_ns)
    : params_(params),
      vision_(std::max(params.visual_delay_ns, params.reaction_time_ns)),
      model_(params.plant, bin_width_ns, params.visual_delay_ns) {
  if (!(params.full_effort_distance_m > 0.0) || !(params.damping >= 0.0) ||
      params.visual_delay_ns < 0 || params.reaction_time_ns < 0) {
    throw std::invalid_argument(
        "delayed user: full-effort distance must be > 0, damping and delays >= 0");
  }
}

Vec3 DelayedUser::Control(const Observation& state, const Target& target,
                          const DelayedUserParams& params) {
  // f_targ(|e|) e / |e| without the division by zero at e = 0.
  const Vec3 error = target.position_m - state.position_m;
  const Vec3 pull = error / std::max(error.norm(), params.full_effort_distance_m);
  const Vec3 control = pull - params.damping / params.plant.full_speed_m_s * state.velocity_m_s;
  return control / std::max(1.0, control.norm());
}

Vec3 DelayedUser::Intend(TimeNs bin_start_ns, const Observation& newest) {
  vision_.Push(newest);
  const std::optional<Observation> seen = vision_.Seen(bin_start_ns, params_.visual_delay_ns);
  const std::optional<Observation> noticed =
      vision_.Seen(bin_start_ns, std::max(params_.visual_delay_ns, params_.reaction_time_ns));
  Vec3 control = Vec3::Zero();
  if (seen && noticed && noticed->wants_reach()) {
    control = Control(model_.Predict(bin_start_ns, *seen), *noticed->target, params_);
  }
  model_.Remember(control);
  return control;
}

Vec3 DelayedUser::Obey(const Vec3& intent, const Vec3& velocity_m_s, TimeNs bin_width_ns) const {
  return Follow(params_.plant, intent, velocity_m_s, bin_width_ns);
}

void DelayedUser::StartFrom(const Observation& /*start*/) {
  vision_.Clear();
  model_.Clear();
}

}  // namespace efferent::subject
