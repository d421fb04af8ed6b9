#include "decoder/step.h"

namespace efferent {
Step::Step(const StepParams& params, std::unique_ptr<Decoder> decoder)
    : num_dimensions_(RequireWithinBounds(params).num_dimensions),
      binner_(params.num_channels, params.bin_width_ns),
      features_(params.features, params.num_channels, params.bin_width_ns),
      learner_(std::move(decoder), params.num_channels, params.learning_effect,
               params.learning_enabled),
      shaper_(params.limits, params.bin_width_ns),
      intention_(params.intention) {
  if (params.intention.label_source == LabelSource::kReward) {
    reward_intention_.emplace(params.intention, params.num_dimensions, params.bin_width_ns);
  }
}

CommandStatus Step::DecodeBin(const std::optional<Vec3>& position_m, Command* command) noexcept {
  command->bin_index = binner_.next_bin_index();
  command->bin_stop_time_ns = binner_.next_bin_stop_ns();
  command->status = CommandStatus::kFault;
  command->velocity_m_s = Vec3::Zero();

  const Eigen::VectorXf& features = features_.Extract(binner_.TakeBin());
  learner_.OnPosition(position_m);
  std::optional<Vec3> velocity = learner_.Decode(features);
  Vec3 tried = Vec3::Zero();
  if (reward_intention_ && learner_.enabled()) tried = reward_intention_->Explore();
  if (velocity) velocity = shaper_.Shape(*velocity + tried, position_m);
  last_bin_decoded_ = velocity.has_value();
  learner_.OnCommand(velocity ? Vec3(*velocity - tried) : Vec3(Vec3::Zero()));
  if (!velocity) {
    shaper_.Reset();
    return command->status;
  }
  command->status = CommandStatus::kDecoded;
  command->velocity_m_s = *velocity;
  return command->status;
}

bool Step::LearnBin(const std::optional<BehaviorSample>& behavior) noexcept {
  if (!last_bin_decoded_) return false;
  last_bin_decoded_ = false;
  std::optional<Vec3> label;
  if (behavior) {
    label =
        reward_intention_ ? reward_intention_->Estimate(*behavior) : intention_.Estimate(*behavior);
  }
  // A label that is not finite teaches nothing.
  if (label && !label->allFinite()) label.reset();
  return learner_.Learn(label);
}

void Step::OnTrialStart() noexcept {
  learner_.OnTrialStart();
  if (reward_intention_) reward_intention_->OnTrialStart();
}

void Step::OnStopped() noexcept {
  shaper_.Reset();
  learner_.OnCommand(Vec3::Zero());
}

std::uint64_t Step::SkipTo(std::uint64_t bin_index) noexcept {
  const std::uint64_t skipped = binner_.SkipTo(bin_index);
  if (skipped > 0) {
    learner_.OnGap();
    last_bin_decoded_ = false;
  }
  return skipped;
}

}  // namespace efferent
