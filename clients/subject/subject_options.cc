#include "clients/subject/subject_options.h"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "clients/session/message_json.h"
#include "clients/session/session_config_file.h"
#include "clients/subject/population_file.h"

namespace efferent::subject {
namespace {

std::optional<int> AsNumber(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

TimeNs Milliseconds(double value) { return std::llround(value * 1e6); }

}  // namespace

Population MakePopulation(const SubjectOptions& options) {
  const std::optional<int> number = AsNumber(options.population);
  return number ? DrawPopulation(*number, options.seed) : LoadPopulation(options.population);
}

BrainParams MakeBrainParams(const SubjectOptions& options) {
  BrainParams params;
  for (const std::string& text : options.perturbations) {
    params.perturbations.push_back(ParsePerturbation(text));
  }
  if (options.user == UserKind::kDelayed) {
    DelayedUserParams user;
    if (options.visual_delay_ms) user.visual_delay_ns = Milliseconds(*options.visual_delay_ms);
    params.user = user;
    params.tuning = ExponentialTuningParams{};
    return params;
  }
  OpsParams user;
  if (options.visual_delay_ms) user.visual_delay_ns = Milliseconds(*options.visual_delay_ms);
  params.user = user;
  RectifiedTuningParams tuning;
  const bool hard_setting = AsNumber(options.population) == kHardSettingNumNeurons;
  tuning.rate_noise = options.rate_noise.value_or(hard_setting ? kHardSettingRateNoise : 0.0);
  params.tuning = tuning;
  return params;
}

Brain MakeBrain(const SubjectOptions& options) {
  Brain brain = MakeBrain(MakeBrainParams(options), MakePopulation(options), options.bin_width_ns(),
                          options.seed);
  if (options.silent) brain.SilenceAll();
  return brain;
}

v1::SessionConfig MakeSessionConfig(const SubjectOptions& options, std::size_t num_channels) {
  v1::SessionConfig config = SuitableSessionConfig(MakeBrainParams(options).user, options.decoder,
                                                   static_cast<std::uint32_t>(num_channels),
                                                   options.bin_width_ns(), options.lockstep);
  if (options.learn_from_reward) {
    config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_REWARD);
  }
  if (!options.session_config_file.empty()) {
    // Lists are replaced, not lengthened.
    const v1::SessionConfig read = ReadSessionConfig(options.session_config_file);
    if (read.limits().workspace_min_m_size() > 0) config.mutable_limits()->clear_workspace_min_m();
    if (read.limits().workspace_max_m_size() > 0) config.mutable_limits()->clear_workspace_max_m();
    config.MergeFrom(read);
  }
  return config;
}

std::string PrintSessionConfig(const SubjectOptions& options) {
  return MessageJson(MakeSessionConfig(options, MakePopulation(options).size()));
}

}  // namespace efferent::subject
