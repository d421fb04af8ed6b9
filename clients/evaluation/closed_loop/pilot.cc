#include "clients/evaluation/closed_loop/pilot.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "clients/subject/suitable_settings.h"
#include "decoder/step.h"

namespace efferent::closed_loop {
namespace {

StepParams StepParamsOf(const Condition& condition, const std::string& kind) {
  const subject::SuitableSettings suitable =
      subject::SuitableFor(condition.brain.user, kind, kBinWidthNs);
  StepParams params;
  params.num_channels = condition.num_neurons;
  params.bin_width_ns = kBinWidthNs;
  params.num_dimensions = condition.num_dimensions;
  params.features.smoothing_tau_s = suitable.smoothing_tau_s;
  params.intention.intended_speed_m_s = suitable.label.intended_speed_m_s;
  params.intention.slowing_distance_m = suitable.label.slowing_distance_m;
  params.intention.response = suitable.label.response;
  params.limits.max_speed_m_s = subject::kSuitableMaxSpeedMS;
  params.limits.max_acceleration_m_s2 = subject::kSuitableMaxAccelerationMS2;
  return params;
}

class DecoderPilot final : public Pilot {
 public:
  DecoderPilot(const NamedDecoder& decoder, const Condition& condition)
      : step_(StepParamsOf(condition, KindOf(decoder.params)),
              MakeDecoder(decoder.params,
                          {condition.num_neurons, condition.num_dimensions, kBinWidthNs})) {}

  void OnTrialStart() override { step_.OnTrialStart(); }
  void OnTrialStop() override { step_.OnTrialStop(); }
  void SetLearning(bool enabled) override { step_.SetLearningEnabled(enabled); }

  Vec3 Steer(const subject::Observation& seen, const subject::Brain& /*brain*/,
             const std::vector<subject::SpikeEvent>& spikes) override {
    spikes_.clear();
    for (const subject::SpikeEvent& s : spikes) spikes_.push_back({s.time_ns, s.channel});
    step_.AddSpikes(spikes_);
    Command command;
    step_.DecodeBin(seen.position_m, &command);
    BehaviorSample behavior;
    behavior.time_ns = seen.time_ns;
    behavior.position_m = seen.position_m;
    behavior.velocity_m_s = seen.velocity_m_s;
    behavior.engaged = seen.engaged;
    if (seen.target) {
      behavior.target_position_m = seen.target->position_m;
      behavior.target_radius_m = seen.target->radius_m;
    }
    step_.LearnBin(behavior);
    return command.velocity_m_s;
  }

 private:
  Step step_;
  std::vector<Spike> spikes_;
};

class IntentPilot final : public Pilot {
 public:
  Vec3 Steer(const subject::Observation& seen, const subject::Brain& brain,
             const std::vector<subject::SpikeEvent>& /*spikes*/) override {
    return brain.user().Obey(brain.intent(), seen.velocity_m_s, kBinWidthNs);
  }
};

}  // namespace

std::unique_ptr<Pilot> MakeDecoderPilot(const NamedDecoder& decoder, const Condition& condition) {
  return std::make_unique<DecoderPilot>(decoder, condition);
}

std::unique_ptr<Pilot> MakeIntentPilot() { return std::make_unique<IntentPilot>(); }

std::vector<std::string> SuitableDecoderSettings(const std::vector<NamedDecoder>& decoders,
                                                 const Condition& condition) {
  std::vector<std::string> settings;
  for (const NamedDecoder& decoder : decoders) {
    const std::vector<FieldText> fields = DescribeParams(decoder.params);
    const auto suitable =
        subject::SuitableFor(condition.brain.user, KindOf(decoder.params), kBinWidthNs);
    for (const subject::DecoderSetting& setting : suitable.decoder) {
      const auto is_it = [&](const FieldText& field) { return field.path == setting.field; };
      if (std::none_of(fields.begin(), fields.end(), is_it)) continue;
      settings.push_back(fmt::format("{}.{}={}", decoder.name, setting.field, setting.value));
    }
  }
  return settings;
}

}  // namespace efferent::closed_loop
