#include "clients/evaluation/closed_loop/pilot.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "clients/evaluation/step_settings.h"
#include "clients/subject/suitable_settings.h"

namespace efferent::closed_loop {
namespace {

using subject::Vec3;

StepParams SuitableStep(const subject::SuitableSettings& suitable, const Condition& condition) {
  StepParams params;
  params.num_channels = condition.num_neurons;
  params.bin_width_ns = kBinWidthNs;
  params.num_dimensions = condition.num_dimensions;
  params.features.smoothing_tau_s = suitable.smoothing_tau_s;
  params.intention.intended_speed_m_s = suitable.label.intended_speed_m_s;
  params.intention.slowing_distance_m = suitable.label.slowing_distance_m;
  params.intention.response = suitable.label.response;
  if (condition.taught_by_reward) params.intention.label_source = LabelSource::kReward;
  params.limits.max_speed_m_s = suitable.max_speed_m_s;
  params.limits.max_acceleration_m_s2 = subject::kSuitableMaxAccelerationMS2;
  return params;
}

/// As `NAME.FIELD=VALUE`, those that the decoder has.
void AddDecoderSettings(const subject::SuitableSettings& suitable, const NamedDecoder& decoder,
                        std::vector<std::string>* settings) {
  const std::vector<FieldText> fields = DescribeParams(decoder.params);
  for (const subject::DecoderSetting& setting : suitable.decoder) {
    const auto is_it = [&](const FieldText& field) { return field.path == setting.field; };
    if (std::none_of(fields.begin(), fields.end(), is_it)) continue;
    settings->push_back(fmt::format("{}.{}={}", decoder.name, setting.field, setting.value));
  }
}

class DecoderPilot final : public Pilot {
 public:
  explicit DecoderPilot(const PreparedDecoder& prepared)
      : step_(prepared.step, MakeDecoder(prepared.decoder.params,
                                         {prepared.step.num_channels, prepared.step.num_dimensions,
                                          prepared.step.bin_width_ns})),
        num_channels_(prepared.step.num_channels) {}

  void OnTrialStart() override { step_.OnTrialStart(); }
  void OnTrialStop() override { step_.OnTrialStop(); }
  void SetLearning(bool enabled) override { step_.SetLearningEnabled(enabled); }

  Vec3 Steer(const subject::Observation& seen, const subject::Brain& /*brain*/,
             const std::vector<subject::SpikeEvent>& spikes) override {
    spikes_.clear();
    // A decoder with fewer channels than there are neurons has one, and sees all spikes in it.
    for (const subject::SpikeEvent& s : spikes) {
      spikes_.push_back({s.time_ns, num_channels_ == 1 ? 0 : s.channel});
    }
    step_.AddSpikes(spikes_);
    Command command;
    const BehaviorSample behavior = ToBehavior(seen);
    step_.DecodeBin(behavior.position_m, &command);
    step_.LearnBin(behavior);
    return ToSpace(command.velocity_m_s);
  }

 private:
  Step step_;
  int num_channels_;
  std::vector<Spike> spikes_;
};

class IntentPilot final : public Pilot {
 public:
  Vec3 Steer(const subject::Observation& seen, const subject::Brain& brain,
             const std::vector<subject::SpikeEvent>& /*spikes*/) override {
    return brain.user().Obey(brain.intent(), seen.velocity_m_s, kBinWidthNs);
  }
};

class LabelPilot final : public Pilot {
 public:
  explicit LabelPilot(const StepParams& step)
      : intention_(step.intention), shaper_(step.limits, step.bin_width_ns) {}

  void OnTrialStart() override { shaper_.Reset(); }
  Vec3 Steer(const subject::Observation& seen, const subject::Brain& brain,
             const std::vector<subject::SpikeEvent>& /*spikes*/) override {
    if (brain.intent().isZero()) return Vec3::Zero();  // The target has not been noticed yet.
    const BehaviorSample behavior = ToBehavior(seen);
    const std::optional<TaskVector> label = intention_.Estimate(behavior);
    if (!label) return Vec3::Zero();
    return ToSpace(shaper_.Shape(*label, behavior.position_m).value_or(TaskVector()));
  }

 private:
  IntentionEstimator intention_;
  CommandShaper shaper_;
};

}  // namespace

subject::Vec3 ToSpace(const TaskVector& velocity_m_s) { return velocity_m_s.head<3>(); }

BehaviorSample ToBehavior(const subject::Observation& seen) {
  BehaviorSample behavior;
  behavior.time_ns = seen.time_ns;
  behavior.position_m = ToTaskVector(Vec3(seen.task_center_m + seen.position_m));
  behavior.velocity_m_s = ToTaskVector(seen.velocity_m_s);
  behavior.engaged = seen.engaged;
  behavior.reward = seen.reward;
  if (seen.target) {
    behavior.target_position_m = ToTaskVector(Vec3(seen.task_center_m + seen.target->position_m));
    behavior.target_radius_m = seen.target->radius_m;
  }
  return behavior;
}

std::vector<PreparedDecoder> PrepareDecoders(const DecoderOptions& options,
                                             const Condition& condition) {
  std::vector<std::string> decoder_settings;
  std::vector<PreparedDecoder> prepared;
  std::vector<std::string> others;
  for (const NamedDecoder& decoder : ChooseDecoders(options.decoders, {})) {
    const auto suitable =
        subject::SuitableFor(condition.brain.user, KindOf(decoder.params), kBinWidthNs);
    AddDecoderSettings(suitable, decoder, &decoder_settings);
    StepParams step = SuitableStep(suitable, condition);
    others = options.settings;
    ApplyStepSettings(&others, &step);
    prepared.push_back({decoder, step});
  }
  decoder_settings.insert(decoder_settings.end(), others.begin(), others.end());
  const auto decoders = ChooseDecoders(options.decoders, decoder_settings);
  for (std::size_t i = 0; i < prepared.size(); ++i) prepared[i].decoder = decoders[i];
  return prepared;
}

std::unique_ptr<Pilot> MakeDecoderPilot(const PreparedDecoder& decoder) {
  return std::make_unique<DecoderPilot>(decoder);
}

std::unique_ptr<Pilot> MakeIntentPilot() { return std::make_unique<IntentPilot>(); }

std::unique_ptr<Pilot> MakeLabelPilot(const Condition& condition) {
  const auto suitable = subject::SuitableFor(condition.brain.user, SnnParams::kName, kBinWidthNs);
  StepParams step = SuitableStep(suitable, condition);
  step.intention.label_source = LabelSource::kTarget;
  return std::make_unique<LabelPilot>(step);
}

}  // namespace efferent::closed_loop
