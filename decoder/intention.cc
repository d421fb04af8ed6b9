#include "decoder/intention.h"

#include <algorithm>
#include <cmath>

namespace efferent {

IntentionEstimator::IntentionEstimator(const IntentionParams& params) : params_(params) {
  RequireWithinBounds(params, "learning.");
}

std::optional<TaskVector> IntentionEstimator::Estimate(
    const BehaviorSample& behavior) const noexcept {
  if (params_.label_source == LabelSource::kKinematics) return behavior.velocity_m_s;
  if (params_.label_source == LabelSource::kReward) return std::nullopt;
  if (!behavior.engaged || !behavior.target_position_m || !behavior.position_m) return std::nullopt;

  const TaskVector to_target = *behavior.target_position_m - *behavior.position_m;
  const double distance = Norm(to_target);
  const bool within_radius = distance <= behavior.target_radius_m;
  if (params_.rule == IntentionRule::kRotation) {
    if (within_radius || distance == 0.0) return TaskVector();
    const double speed = Norm(behavior.velocity_m_s.value_or(TaskVector()));
    if (speed == 0.0) return std::nullopt;
    return TaskVector(speed / distance * to_target);
  }
  const bool slows_down = params_.slowing_distance_m > 0.0;
  if (within_radius && !slows_down && !params_.learn_on_target) return std::nullopt;

  TaskVector wanted;
  const bool stays = distance == 0.0 || (within_radius && !slows_down);
  if (!stays) {
    const double share =
        slows_down ? std::min(1.0, std::sqrt(distance / params_.slowing_distance_m)) : 1.0;
    wanted = params_.intended_speed_m_s * share / distance * to_target;
  }
  const TaskVector present = behavior.velocity_m_s.value_or(TaskVector());
  return Approach(present, wanted, params_.response);
}

TaskVector CarriedVelocity(const IntentionParams& params, const BehaviorSample& behavior) noexcept {
  const bool approaches =
      params.label_source == LabelSource::kReward ||
      (params.label_source == LabelSource::kTarget && params.rule == IntentionRule::kApproach);
  if (!approaches) return TaskVector();
  return (1.0 - params.response) * behavior.velocity_m_s.value_or(TaskVector());
}

}  // namespace efferent
