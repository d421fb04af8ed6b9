#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "decoder/decoder_config.h"
#include "decoder/step.h"
#include "tests/realtime/allocation_guard.h"

/// The step and the learning step take nothing from the heap.
namespace efferent::test {
namespace {

TEST(AllocationGuard, SeesAnAllocation) {
  AllocationGuard guard;
  std::vector<int>* vector = new std::vector<int>(1000);
  EXPECT_GE(guard.num_allocations(), 2u);
  delete vector;
}

/// Printed by its name, not by its bytes.
struct Case {
  std::string name;
  DecoderParams decoder;
  LearningEffect effect;
  int num_channels;
  LabelSource label_source = LabelSource::kTarget;
  int num_dimensions = 2;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

std::vector<Case> Cases() {
  SnnParams gradient;
  gradient.readout = SnnReadout::kGradient;
  gradient.feedback = SnnFeedback::kRandom;
  std::vector<Case> cases;
  for (const int channels : {96, 1024}) {
    for (const LearningEffect effect : {LearningEffect::kBin, LearningEffect::kTrialEnd}) {
      const std::string suffix =
          (effect == LearningEffect::kBin ? "Bin" : "TrialEnd") + std::to_string(channels);
      for (const DecoderParams& decoder : AllDecoders()) {
        cases.push_back({std::string(DecoderName(decoder)) + suffix, decoder, effect, channels});
      }
      cases.push_back({"snn_gradient" + suffix, gradient, effect, channels});
      cases.push_back({"snn_reward" + suffix, SnnParams(), effect, channels, LabelSource::kReward});
    }
  }
  for (const DecoderParams& decoder : AllDecoders()) {
    cases.push_back({std::string(DecoderName(decoder)) + "InAllDimensions", decoder,
                     LearningEffect::kBin, 96, LabelSource::kTarget, kMaxDimensions});
  }
  // What earns little in more dimensions is not clear within so few bins.
  cases.push_back(
      {"snn_rewardInSpace", SnnParams(), LearningEffect::kBin, 96, LabelSource::kReward, 3});
  return cases;
}

class NoAllocation : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Decoders, NoAllocation, testing::ValuesIn(Cases()),
                         [](const auto& test) { return test.param.name; });

TEST_P(NoAllocation, InStepAndLearningStep) {
  StepParams params;
  params.num_channels = GetParam().num_channels;
  params.bin_width_ns = 20'000'000;
  params.learning_effect = GetParam().effect;
  params.intention.label_source = GetParam().label_source;
  params.num_dimensions = GetParam().num_dimensions;
  Step step(params, MakeDecoder(GetParam().decoder,
                                {params.num_channels, params.num_dimensions, params.bin_width_ns}));

  std::mt19937_64 random(1);
  std::vector<Spike> spikes(static_cast<std::size_t>(params.num_channels));
  std::vector<float> counts(static_cast<std::size_t>(params.num_channels), 1.0f);
  std::uint64_t num_learned = 0;
  for (int bin = 0; bin < 60; ++bin) {
    for (Spike& spike : spikes) {
      spike.channel = static_cast<std::uint32_t>(random() % spikes.size());
      spike.time_ns =
          step.binner().next_bin_start_ns() + static_cast<TimeNs>(random() % 20'000'000);
    }
    spikes[0].time_ns = bin > 0 ? 0 : spikes[0].time_ns;  // late
    BehaviorSample behavior;
    behavior.engaged = true;
    behavior.position_m = TaskVector(0.01, 0.0, 0.0);
    behavior.target_position_m =
        bin % 7 == 0 ? std::nullopt : std::optional<TaskVector>(TaskVector(0.1, 0.05, 0.0));
    behavior.velocity_m_s = TaskVector(0.1, bin % 2 == 0 ? 0.05 : -0.05, 0.0);
    behavior.reward = behavior.velocity_m_s->y();
    Command command;

    AllocationGuard guard;
    if (bin % 20 == 0) step.OnTrialStart();
    if (bin == 33) step.SkipTo(step.binner().next_bin_index() + 5);
    if (bin == 45) step.SetLearningEnabled(false);
    if (bin == 47) step.SetLearningEnabled(true);
    step.AddSpikes(spikes);
    if (bin % 3 == 0) step.AddCounts(counts);
    step.DecodeBin(behavior.position_m, &command);
    num_learned += step.LearnBin(behavior) ? 1 : 0;
    if (bin % 20 == 19) step.OnTrialStop();
    if (bin == 50) step.OnStopped();
    const std::uint64_t allocations = guard.num_allocations();
    ASSERT_EQ(allocations, 0u) << "bin " << bin;
  }
  EXPECT_GT(num_learned, 30u);
}

/// Decodes and learns `bins` bins of random features under the guard.
void RunWithoutAllocating(Decoder& decoder, int num_channels, int bins) {
  std::mt19937_64 random(2);
  std::normal_distribution<float> normal;
  Eigen::VectorXf features(num_channels);
  for (int bin = 0; bin < bins; ++bin) {
    for (float& u : features) u = normal(random);
    const TaskVector label(features[0], features[1], 0.0);
    AllocationGuard guard;
    decoder.OnPosition(label);
    decoder.OnCommand(decoder.Decode(features));
    decoder.Learn(bin % 9 == 0 ? std::nullopt : std::optional<TaskVector>(label));
    const std::uint64_t allocations = guard.num_allocations();
    ASSERT_EQ(allocations, 0u) << "bin " << bin;
  }
}

TEST(NoAllocationInTheLongRun, RefitKalmanEndsItsBatches) {
  RefitKalmanDecoder decoder({.batch_length_s = 2.0}, 96, 2, 20'000'000);
  RunWithoutAllocating(decoder, 96, 400);
  EXPECT_GE(decoder.batch_count(), 3u);
}

TEST(NoAllocationInTheLongRun, StabilizedKalmanCalibratesAndAligns) {
  for (const int latents : {10, kMaxLatents}) {
    StabilizedKalmanDecoder decoder({.num_latents = latents, .calibration_s = 2.0}, 96, 2,
                                    20'000'000);
    RunWithoutAllocating(decoder, 96, 600);
    EXPECT_TRUE(decoder.calibrated());
    EXPECT_GE(decoder.alignment_count(), 2u);
  }
}

}  // namespace
}  // namespace efferent::test
