#include "decoder/step.h"

#include <algorithm>

#include "decoder/exponential_decay.h"
#include "decoder/hold.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

/// As many times as fast as a command may be, no label is meant.
constexpr double kImplausiblyFast = 3.0;

LearnerParams ParamsOfLearners(const StepParams& step) {
  LearnerParams params;
  params.num_channels = step.num_channels;
  params.bin_width_ns = step.bin_width_ns;
  params.effect = step.learning_effect;
  params.enabled = false;  // whoever puts them in place switches it on
  params.guard = step.guard;
  double& max_label_speed = params.guard.max_label_speed_m_s;
  if (max_label_speed == 0.0) max_label_speed = kImplausiblyFast * step.limits.max_speed_m_s;
  return params;
}

bool TellsPosition(const StepParams& params) {
  switch (params.features.position_input) {
    case PositionInputMode::kNever:
      return false;
    case PositionInputMode::kDelayed:
      return true;
    case PositionInputMode::kAuto:
      break;
  }
  return params.intention.label_source != LabelSource::kKinematics;
}

}  // namespace

Step::Step(const StepParams& params, std::unique_ptr<Decoder> decoder)
    : num_dimensions_(RequireWithinBounds(params).num_dimensions),
      intention_params_(params.intention),
      learner_params_(ParamsOfLearners(params)),
      learning_enabled_(params.learning_enabled),
      binner_(params.num_channels, params.bin_width_ns),
      input_guard_(params.input_guard, params.num_channels, params.bin_width_ns),
      features_(params.features, params.num_channels, params.bin_width_ns),
      position_input_(TellsPosition(params)),
      learner_(MakeLearner(std::move(decoder))),
      shaper_(params.limits, params.bin_width_ns),
      intention_(params.intention),
      hold_keep_(
          KeptWithHalfLife(1e-9 * static_cast<double>(kHoldHalfLifeNs), params.bin_width_ns)),
      longest_hold_bins_(
          static_cast<std::uint64_t>(LongestHoldNs(params.bin_width_ns) / params.bin_width_ns)),
      seen_(Eigen::VectorXf::Zero(params.num_channels)) {
  learner_->SetEnabled(learning_enabled_);
  if (params.intention.label_source == LabelSource::kReward) {
    reward_intention_.emplace(params.intention, params.num_dimensions, params.bin_width_ns);
  }
}

std::unique_ptr<Learner> Step::MakeLearner(std::unique_ptr<Decoder> decoder) const {
  return std::make_unique<Learner>(std::move(decoder), learner_params_);
}

CommandStatus Step::DecodeBin(const std::optional<TaskVector>& position_m,
                              Command* command) noexcept {
  command->bin_index = binner_.next_bin_index();
  command->bin_stop_time_ns = binner_.next_bin_stop_ns();
  command->status = CommandStatus::kFault;
  command->velocity_m_s = TaskVector();

  const Eigen::VectorXf& features = Features(binner_.TakeBin());
  last_position_m_ = position_input_.Advance(position_m);
  learner_->OnPosition(last_position_m_);
  std::optional<TaskVector> velocity = learner_->Decode(features);
  const bool plausible = input_guard_.verdict() == InputVerdict::kPlausible;
  held_bins_ = plausible ? 0 : held_bins_ + 1;
  TaskVector tried;
  if (reward_intention_ && learner_->enabled() && plausible) tried = reward_intention_->Explore();
  if (velocity) velocity = plausible ? shaper_.Shape(*velocity + tried, position_m) : Hold();
  last_bin_decoded_ = velocity && plausible;
  last_command_ = velocity ? TaskVector(*velocity - tried) : TaskVector();
  learner_->OnCommand(last_command_);
  last_features_ = &features;
  last_label_.reset();
  last_carried_.setZero();
  if (!velocity) {
    shaper_.Reset();
    return command->status;
  }
  command->status = plausible                          ? CommandStatus::kDecoded
                    : held_bins_ <= longest_hold_bins_ ? CommandStatus::kHeld
                                                       : CommandStatus::kStopped;
  command->velocity_m_s = *velocity;
  return command->status;
}

const Eigen::VectorXf& Step::Features(const Eigen::VectorXf& counts) noexcept {
  const bool plausible = input_guard_.Judge(counts) == InputVerdict::kPlausible;
  if (!plausible) ++implausible_bins_;
  const Eigen::VectorXf* extracted = plausible ? &features_.Extract(counts) : nullptr;
  if (plausible && !input_guard_.masks_any()) return *extracted;
  for (Eigen::Index i = 0; i < seen_.size(); ++i) {
    const bool shows = plausible && input_guard_.masked()[i] == 0.0f;
    const float usual = features_.normalizes() ? 0.0f : input_guard_.mean()[i];
    seen_[i] = shows ? (*extracted)[i] : usual;
  }
  return seen_;
}

TaskVector Step::Hold() noexcept {
  if (held_bins_ > longest_hold_bins_) shaper_.Reset();
  return shaper_.Fade(hold_keep_);
}

bool Step::LearnBin(const std::optional<BehaviorSample>& behavior) noexcept {
  if (!last_bin_decoded_) return false;
  last_bin_decoded_ = false;
  if (behavior) {
    last_label_ =
        reward_intention_ ? reward_intention_->Estimate(*behavior) : intention_.Estimate(*behavior);
    last_carried_ = CarriedVelocity(intention_params_, *behavior);
  }
  return learner_->Learn(last_label_, last_carried_);
}

void Step::ShowShadow(int slot) noexcept {
  if (!last_features_) return;
  shadows_.ShowBin(slot, last_position_m_, *last_features_, last_label_, last_carried_,
                   last_command_);
}

std::unique_ptr<Learner> Step::SwapDriver(std::unique_ptr<Learner> driver) noexcept {
  std::swap(learner_, driver);
  learner_->OnCommand(last_command_);
  learner_->SetEnabled(learning_enabled_);
  return driver;
}

void Step::AddShadow(int slot, std::unique_ptr<Learner> shadow, bool frozen, bool twin) noexcept {
  if (twin) shadow->CopyWeightsFrom(*learner_);
  shadow->OnCommand(last_command_);
  shadow->SetEnabled(learning_enabled_ && !frozen);
  shadows_.Put(slot, std::move(shadow), frozen);
}

void Step::PromoteShadow(int slot) noexcept {
  std::unique_ptr<Learner> shadow = shadows_.Take(slot);
  if (!shadow) return;
  shadows_.Put(slot, SwapDriver(std::move(shadow)), false);
}

void Step::SetLearningEnabled(bool enabled) noexcept {
  learning_enabled_ = enabled;
  learner_->SetEnabled(enabled);
  shadows_.SetEnabled(enabled);
}

void Step::OnTrialStop() noexcept {
  learner_->OnTrialStop();
  shadows_.OnTrialStop();
}

void Step::OnTrialStart() noexcept {
  position_input_.Reset();
  learner_->OnTrialStart();
  shadows_.OnTrialStart();
  if (reward_intention_) reward_intention_->OnTrialStart();
}

void Step::OnStopped() noexcept {
  shaper_.Reset();
  last_command_.setZero();
  learner_->OnCommand(last_command_);
  shadows_.OnStopped();
}

std::uint64_t Step::SkipTo(std::uint64_t bin_index) noexcept {
  const std::uint64_t skipped = binner_.SkipTo(bin_index);
  if (skipped > 0) {
    position_input_.Reset();
    input_guard_.OnGap();
    learner_->OnGap();
    shadows_.OnGap();
    last_features_ = nullptr;
    last_bin_decoded_ = false;
  }
  return skipped;
}

void Step::VisitState(StateVisitor& visitor) {
  visitor("binner", binner_);
  visitor("input_guard", input_guard_);
  visitor("held_bins", held_bins_);
  visitor("implausible_bins", implausible_bins_);
  visitor("features", features_);
  visitor("position_input", position_input_);
  visitor("learner", *learner_);
  visitor("shadows", shadows_);
  visitor("shaper", shaper_);
  if (reward_intention_) visitor("reward_intention", *reward_intention_);
  visitor("learning_enabled", learning_enabled_);
  visitor("last_command", last_command_);
  if (visitor.loads()) {
    last_features_ = nullptr;
    last_bin_decoded_ = false;
  }
}

}  // namespace efferent
