#pragma once

#include <cstdint>
#include <optional>

#include "decoder/parameters.h"
#include "decoder/types.h"

namespace efferent {

/// What arm and task look like at one time; what labels are made from.
struct BehaviorSample {
  TimeNs time_ns = 0;
  std::optional<TaskVector> position_m;    ///< Absent: unknown.
  std::optional<TaskVector> velocity_m_s;  ///< The same.
  bool engaged = false;                    ///< The arm follows the decoder.
  std::optional<TaskVector> target_position_m;
  double target_radius_m = 0.0;
  /// For moving with velocity_m_s; larger is better. Absent: unknown.
  std::optional<double> reward;
};

/// Where the label comes from.
enum class LabelSource { kTarget, kKinematics, kReward };

/// How the label follows from target and arm, with LabelSource::kTarget.
enum class IntentionRule { kApproach, kRotation };

/// Settings of IntentionEstimator and RewardIntention.
struct IntentionParams {
  LabelSource label_source = LabelSource::kTarget;
  IntentionRule rule = IntentionRule::kApproach;
  double intended_speed_m_s = 0.2;  ///< Far from the target.
  double slowing_distance_m =
      0.0;                ///< Below it the intended speed falls with sqrt(distance); 0: never.
  double response = 1.0;  ///< Share of the way to the intended velocity that is wanted in one bin.
  bool learn_on_target = false;  ///< On the target: learn zero velocity (true) or nothing (false).
  /// With kReward: speed of what is tried, in each dimension, as a share of intended_speed_m_s.
  double exploration = 0.05;
  double exploration_tau_s = 0.05;
  std::uint64_t exploration_seed = 1;
};

template <class Visitor>
void VisitFields(IntentionParams& p, Visitor&& visit) {
  visit("label_source", p.label_source);
  visit("rule", p.rule);
  visit("intended_speed_m_s", p.intended_speed_m_s, Bounds{1e-4, 10.0}, "m/s");
  visit("slowing_distance_m", p.slowing_distance_m, Bounds{0.0, 10.0}, "m");
  visit("response", p.response, Bounds{1e-3, 1.0}, "");
  visit("learn_on_target", p.learn_on_target);
  visit("exploration", p.exploration, Bounds{0.0, 10.0}, "");
  visit("exploration_tau_s", p.exploration_tau_s, Bounds{0.0, 10.0}, "s");
  visit("exploration_seed", p.exploration_seed, kAnySeed, "");
}

/// The label of a subject who moves with `present` and wants `wanted`, m/s: part of the way there.
inline TaskVector Approach(const TaskVector& present, const TaskVector& wanted, double response) {
  return present + response * (wanted - present);
}

/// The velocity that the subject must have intended, from target and arm state (intention
/// re-estimation after Gilja et al., Nat Neurosci 15, 2012). With d = target - position, s =
/// intended_speed, l = slowing_distance and v the measured velocity, IntentionRule::kApproach:
///   far from it, or with l > 0 everywhere:  v* = s min(1, sqrt(|d| / l)) d / |d|,  l = 0: s d / |d|
///   within the target's radius, with l = 0: v* = 0 if `learn_on_target`, else there is no label
///   label = v + response (v* - v)           v counts as zero if unknown
/// IntentionRule::kRotation, Gilja et al.'s own, which needs none of the other settings:
///   off the target: label = |v| d / |d|;    on it: label = 0
/// without a label while v is unknown or zero: it refits a decoder that moves the arm already, and
/// cannot teach one that knows nothing.
/// There is no label while the arm is not engaged or has no target. With LabelSource::kKinematics
/// the label is the measured velocity itself, if it is known; with LabelSource::kReward there is
/// none here, see RewardIntention.
class IntentionEstimator {
 public:
  /// @throws InvalidParameters for a field out of bounds.
  explicit IntentionEstimator(const IntentionParams& params);

  /// Intended velocity in m/s, or nothing if there is none to learn. Real-time safe.
  std::optional<TaskVector> Estimate(const BehaviorSample& behavior) const noexcept;

 private:
  IntentionParams params_;
};

/// The part of a label that is the velocity which the arm has anyway, m/s; what the subject wants is the rest.
TaskVector CarriedVelocity(const IntentionParams& params, const BehaviorSample& behavior) noexcept;

}  // namespace efferent
