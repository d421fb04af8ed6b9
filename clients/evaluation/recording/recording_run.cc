#include "clients/evaluation/recording/recording_run.h"

#include <algorithm>
#include <chrono>

namespace efferent {
namespace {

// How often progress is told.
constexpr std::int64_t kBinsBetweenReports = 256;

StepParams FillIn(const RunPlan& plan, const RecordingInput& input) {
  StepParams params = plan.step;
  params.num_channels = plan.control == ChannelControl::kSummed ? 1 : input.num_channels();
  params.bin_width_ns = input.bin_width_ns();
  params.num_dimensions = input.num_dimensions();
  params.learning_effect = LearningEffect::kTrialEnd;
  params.learning_enabled = true;
  return params;
}

}  // namespace

RunResult RunOnRecording(const RecordingInput& input, const RunPlan& plan,
                         std::atomic<std::int64_t>* bins_done) {
  const StepParams params = FillIn(plan, input);
  Step step(params, MakeDecoder(plan.decoder,
                                {params.num_channels, params.num_dimensions, params.bin_width_ns}));
  RunResult result;
  result.decoded_m_s.resize(static_cast<std::size_t>(input.num_bins()));
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t bin = 0; bin < input.num_bins(); ++bin) {
    if (bin == plan.freeze_at_bin) step.SetLearningEnabled(false);
    input.ApplyBoundaries(bin, &step);
    if (plan.control == ChannelControl::kNone) input.AddSpikes(bin, &step);
    if (plan.control == ChannelControl::kSummed) input.AddSummedSpikes(bin, &step);
    const std::optional<BehaviorSample> behavior = input.behavior(bin);
    Command command;
    step.DecodeBin(behavior ? behavior->position_m : std::nullopt, &command);
    step.LearnBin(behavior);
    Point& decoded = result.decoded_m_s[static_cast<std::size_t>(bin)].emplace();
    std::copy_n(command.velocity_m_s.data(), decoded.size(), decoded.begin());
    if (bins_done != nullptr && (bin + 1) % kBinsBetweenReports == 0) {
      *bins_done += kBinsBetweenReports;
    }
  }
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (bins_done != nullptr) *bins_done += input.num_bins() % kBinsBetweenReports;
  result.num_learned = static_cast<std::int64_t>(step.learner().learned_bin_count());
  const Learner& learner = step.learner();
  result.learning.num_rejected = static_cast<std::int64_t>(learner.rejected_label_count());
  result.learning.num_labels =
      result.learning.num_rejected + static_cast<std::int64_t>(learner.scored_bin_count());
  result.learning.num_rollbacks =
      static_cast<std::int64_t>(learner.rollback_count() + learner.guard_rollback_count());
  result.input.num_bins = input.num_bins();
  result.input.num_implausible_bins = static_cast<std::int64_t>(step.implausible_bin_count());
  result.input.num_masked_channels = step.input_guard().ever_masked_count();
  return result;
}

}  // namespace efferent
