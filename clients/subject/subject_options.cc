#include "clients/subject/subject_options.h"

#include <google/protobuf/util/json_util.h>

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "clients/session/session_config_file.h"
#include "clients/subject/delayed_user.h"
#include "clients/subject/ops_user.h"
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

std::unique_ptr<User> MakeUser(const SubjectOptions& options, const Population& population) {
  if (options.user == UserKind::kDelayed) {
    DelayedUserParams params;
    if (options.visual_delay_ms) params.visual_delay_ns = Milliseconds(*options.visual_delay_ms);
    return std::make_unique<DelayedUser>(population, params, options.bin_width_ns());
  }
  OpsParams params;
  if (options.visual_delay_ms) params.visual_delay_ns = Milliseconds(*options.visual_delay_ms);
  const bool hard_setting = AsNumber(options.population) == kHardSettingNumNeurons;
  params.rate_noise = options.rate_noise.value_or(hard_setting ? 0.3 : 0.0);
  return std::make_unique<OpsUser>(population, params, options.seed);
}

}  // namespace

Population MakePopulation(const SubjectOptions& options) {
  const std::optional<int> number = AsNumber(options.population);
  return number ? DrawPopulation(*number, options.seed) : LoadPopulation(options.population);
}

Brain MakeBrain(const SubjectOptions& options) {
  const Population population = MakePopulation(options);
  std::vector<Perturbation> perturbations;
  for (const std::string& text : options.perturbations) {
    perturbations.push_back(ParsePerturbation(text));
  }
  PerturbationSchedule schedule(std::move(perturbations), population.size(), options.seed);
  if (options.silent) schedule.SilenceAll();
  const auto statistics =
      options.user == UserKind::kOps ? SpikeStatistics::kBernoulli : SpikeStatistics::kPoisson;
  return Brain(MakeUser(options, population), std::move(schedule),
               SpikeSampler(statistics, options.bin_width_ns(), options.seed));
}

v1::SessionConfig MakeSessionConfig(const SubjectOptions& options, std::size_t num_channels) {
  v1::SessionConfig config =
      SuitableSessionConfig(options.user, options.decoder, static_cast<std::uint32_t>(num_channels),
                            options.bin_width_ns(), options.lockstep);
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
  google::protobuf::util::JsonPrintOptions format;
  format.add_whitespace = true;
  format.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(
      MakeSessionConfig(options, MakePopulation(options).size()), &text, format);
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
  return text;
}

}  // namespace efferent::subject
