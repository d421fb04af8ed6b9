#pragma once

#include <optional>

#include "decoder/exploration.h"
#include "decoder/intention.h"
#include "decoder/reward_gradient.h"

namespace efferent {

/// What LabelSource::kReward is made of: commands are varied (Explore), and the subject is taken to
/// want what the reward rises with (Estimate). Where the target is, is not asked. Real-time safe.
class RewardIntention {
 public:
  RewardIntention(const IntentionParams& params, int num_dimensions, TimeNs bin_width_ns)
      : params_(params),
        exploration_(params.exploration * params.intended_speed_m_s, params.exploration_tau_s,
                     num_dimensions, bin_width_ns, params.exploration_seed),
        gradient_(params.intended_speed_m_s, num_dimensions, bin_width_ns) {}

  /// What is to be added to the velocity of the next bin, m/s.
  const TaskVector& Explore() noexcept { return exploration_.Next(); }

  /// Label as IntentionRule::kApproach makes it, v* = intended_speed g / |g|, with g the gradient
  /// of the reward. None while the arm is not engaged, velocity or reward is unknown, or g is.
  std::optional<TaskVector> Estimate(const BehaviorSample& behavior) noexcept {
    if (!behavior.engaged || !behavior.reward || !behavior.velocity_m_s) return std::nullopt;
    gradient_.Observe(*behavior.velocity_m_s, *behavior.reward);
    const std::optional<TaskVector> direction = gradient_.Direction();
    if (!direction) return std::nullopt;
    return Approach(*behavior.velocity_m_s, params_.intended_speed_m_s * *direction,
                    params_.response);
  }

  void OnTrialStart() noexcept { gradient_.OnTrialStart(); }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("exploration", exploration_);
    visitor("gradient", gradient_);
  }

 private:
  IntentionParams params_;
  Exploration exploration_;
  RewardGradient gradient_;
};

}  // namespace efferent
