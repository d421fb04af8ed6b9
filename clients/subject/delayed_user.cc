#include "clients/subject/delayed_user.h"

#include <algorithm>
#include <stdexcept>

namespace efferent::subject {

DelayedUser::DelayedUser(const Population& population, const DelayedUserParams& params,
                         TimeNs bin_width_ns)
    : params_(params),
      tuning_(population, params.tuning),
      vision_(std::max(params.visual_delay_ns, params.reaction_time_ns)),
      model_(params.plant, bin_width_ns, params.visual_delay_ns) {
  if (!(params.full_effort_distance_m > 0.0) || !(params.damping >= 0.0) ||
      params.visual_delay_ns < 0 || params.reaction_time_ns < 0) {
    throw std::invalid_argument(
        "delayed user: full-effort distance must be > 0, damping and delays >= 0");
  }
}

Vec2 DelayedUser::Control(const Observation& state, const Target& target,
                          const DelayedUserParams& params) {
  // f_targ(|e|) e / |e| without the division by zero at e = 0.
  const Vec2 error = target.position_m - state.position_m;
  const Vec2 pull = error / std::max(error.norm(), params.full_effort_distance_m);
  const Vec2 control = pull - params.damping / params.plant.full_speed_m_s * state.velocity_m_s;
  return control / std::max(1.0, control.norm());
}

const std::vector<double>& DelayedUser::Rates(TimeNs bin_start_ns, const Observation& newest) {
  vision_.Push(newest);
  const std::optional<Observation> seen = vision_.Seen(bin_start_ns, params_.visual_delay_ns);
  const std::optional<Observation> noticed =
      vision_.Seen(bin_start_ns, std::max(params_.visual_delay_ns, params_.reaction_time_ns));
  control_ = Vec2::Zero();
  if (seen && noticed && noticed->wants_reach()) {
    control_ = Control(model_.Predict(bin_start_ns, *seen), *noticed->target, params_);
  }
  model_.Remember(control_);
  tuning_.Rates(control_, &rates_hz_);
  return rates_hz_;
}

}  // namespace efferent::subject
