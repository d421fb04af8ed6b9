#include "server/session/step_cost.h"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <vector>

#include "server/loop/processor_time.h"

namespace efferent {
namespace {

constexpr std::size_t kNumBins = 25;
constexpr std::int64_t kLongestNs = 100'000'000;  // slow decoders are known after fewer bins
constexpr double kRateHz = 30.0;

/// A hand on its way to one target after another.
BehaviorSample Behavior(std::size_t bin, TimeNs bin_stop_ns) {
  BehaviorSample sample;
  sample.time_ns = bin_stop_ns;
  sample.engaged = true;
  sample.position_m = TaskVector(0.01, 0.01, 0.0);
  sample.velocity_m_s = TaskVector(0.1, 0.05, 0.0);
  sample.reward = 0.05;
  sample.target_position_m = TaskVector(0.1, bin % 2 == 0 ? 0.05 : -0.05, 0.0);
  return sample;
}

std::int64_t Median(std::vector<std::int64_t>* values) {
  const auto middle = values->begin() + static_cast<std::ptrdiff_t>(values->size() / 2);
  std::nth_element(values->begin(), middle, values->end());
  return *middle;
}

}  // namespace

double StepCost::ProcessorShare(TimeNs bin_width_ns) const {
  const int slowdown = bin_width_ns >= kColdAfterNs ? 2 : 1;
  const auto whole = static_cast<double>(kTransportNs + slowdown * (decode_ns + learn_ns));
  return std::min(1.0, whole / static_cast<double>(bin_width_ns));
}

StepCost MeasureStepCost(const SessionSettings& settings, const DecoderFactory& make_decoder,
                         const GivenUp& given_up) {
  const std::unique_ptr<Step> step = MakeStep(settings, make_decoder);
  std::mt19937_64 random(1);
  std::poisson_distribution<int> count(kRateHz * static_cast<double>(settings.shape.bin_width_ns) *
                                       1e-9);
  std::vector<float> counts(static_cast<std::size_t>(settings.shape.num_channels));
  std::vector<std::int64_t> decode_ns, learn_ns;
  const std::int64_t began_ns = ThreadProcessorNs();
  while (decode_ns.size() < kNumBins && ThreadProcessorNs() - began_ns < kLongestNs) {
    std::generate(counts.begin(), counts.end(), [&] { return static_cast<float>(count(random)); });
    const BehaviorSample behavior = Behavior(decode_ns.size(), step->binner().next_bin_stop_ns());
    Command command;
    const std::int64_t before_ns = ThreadProcessorNs();
    step->AddCounts(counts);
    step->DecodeBin(behavior.position_m, &command);
    const std::int64_t decoded_ns = ThreadProcessorNs();
    step->LearnBin(behavior);
    learn_ns.push_back(ThreadProcessorNs() - decoded_ns);
    decode_ns.push_back(decoded_ns - before_ns);
    if (given_up && given_up()) break;
  }
  return {Median(&decode_ns), Median(&learn_ns)};
}

}  // namespace efferent
