// Decoders that learn and are scored beside the one that drives, and take its place.
#include "decoder/shadows.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "decoder/decoder_config.h"
#include "decoder/step.h"
#include "tests/unit/decoder/probe_decoder.h"

namespace efferent {
namespace {

using test::ProbeDecoder;

StepParams Params() {
  StepParams params;
  params.num_channels = 4;
  params.bin_width_ns = 10'000'000;
  params.features.normalize = false;
  params.intention.label_source = LabelSource::kKinematics;
  params.limits.max_speed_m_s = 100.0;
  params.limits.max_acceleration_m_s2 = 1e6;
  return params;
}

BehaviorSample Moving(double x) {
  BehaviorSample behavior;
  behavior.engaged = true;
  behavior.position_m = TaskVector();
  behavior.velocity_m_s = TaskVector(x, 0.0, 0.0);
  return behavior;
}

/// A step with a driver of weight 1 and, in slot 2, a shadow of weight 5.
struct ShadowedStep {
  explicit ShadowedStep(bool frozen = false, bool twin = false)
      : step(Params(), std::make_unique<ProbeDecoder>(1.0)) {
    step.AddShadow(2, step.MakeLearner(std::make_unique<ProbeDecoder>(5.0)), frozen, twin);
  }
  /// Decodes a bin, teaches both that it should have been `label`, and returns what drove.
  double Bin(double label) {
    Command command;
    step.DecodeBin(std::nullopt, &command);
    step.LearnBin(Moving(label));
    step.ShowShadow(2);
    return command.velocity_m_s.x();
  }
  const Learner& shadow() const { return *step.shadows().at(2); }

  Step step;
};

TEST(Shadows, ShadowIsScoredAndLearnsButDoesNotDrive) {
  ShadowedStep shadowed;
  EXPECT_EQ(shadowed.Bin(2.0), 1.0);
  EXPECT_EQ(shadowed.step.learner().mean_squared_error(), 1.0);
  EXPECT_EQ(shadowed.shadow().mean_squared_error(), 9.0);
  shadowed.Bin(2.0);
  EXPECT_EQ(shadowed.shadow().mean_squared_error(), 4.5) << "it has learnt";
  EXPECT_EQ(shadowed.shadow().learned_bin_count(), 2u);
}

TEST(Shadows, FrozenShadowIsScoredAndLearnsNothing) {
  ShadowedStep shadowed(/*frozen=*/true);
  shadowed.Bin(2.0);
  shadowed.step.SetLearningEnabled(false);
  shadowed.step.SetLearningEnabled(true);
  shadowed.Bin(2.0);
  EXPECT_EQ(shadowed.shadow().mean_squared_error(), 9.0);
  EXPECT_EQ(shadowed.shadow().learned_bin_count(), 0u);
}

TEST(Shadows, TwinBeginsWithTheDriversWeights) {
  ShadowedStep shadowed(/*frozen=*/true, /*twin=*/true);
  shadowed.Bin(2.0);
  shadowed.Bin(2.0);
  EXPECT_EQ(shadowed.step.learner().mean_squared_error(), 0.5);
  EXPECT_EQ(shadowed.shadow().mean_squared_error(), 1.0) << "it says 1, as the driver did";
}

TEST(Shadows, PromotedShadowDrivesWithWhatItHasLearntAndTheFormerDriverStandsInItsPlace) {
  ShadowedStep shadowed(/*frozen=*/true);
  EXPECT_EQ(shadowed.Bin(2.0), 1.0);
  shadowed.step.PromoteShadow(2);
  EXPECT_EQ(shadowed.Bin(2.0), 5.0);
  EXPECT_EQ(shadowed.Bin(3.0), 2.0) << "it learns since it drives";
  shadowed.step.PromoteShadow(2);
  EXPECT_EQ(shadowed.Bin(2.0), 3.0) << "back again; it has gone on learning";
}

TEST(Shadows, SwappedDriverIsHandedOutAndCommandsGoOnFromWhereTheyAre) {
  StepParams params = Params();
  params.limits.max_acceleration_m_s2 = 10.0;  // 0.1 m/s a bin
  Step step(params, std::make_unique<ProbeDecoder>(0.1));
  Command command;
  step.DecodeBin(std::nullopt, &command);
  const auto former = step.SwapDriver(step.MakeLearner(std::make_unique<ProbeDecoder>(0.5)));
  ASSERT_TRUE(former);
  step.DecodeBin(std::nullopt, &command);
  EXPECT_NEAR(command.velocity_m_s.x(), 0.2, 1e-12);
}

TEST(Shadows, EmptySlotsAreIgnored) {
  ShadowedStep shadowed;
  shadowed.step.ShowShadow(7);
  shadowed.step.PromoteShadow(7);
  EXPECT_FALSE(shadowed.step.RemoveShadow(7));
  EXPECT_TRUE(shadowed.step.RemoveShadow(2));
  EXPECT_EQ(shadowed.Bin(2.0), 1.0);
}

TEST(Shadows, NoKindOfShadowChangesWhatDrives) {
  const auto run = [](bool with_shadows) {
    StepParams params = Params();
    params.intention.label_source = LabelSource::kTarget;
    Step step(params, MakeDecoder(SnnParams(), {4, 2, params.bin_width_ns}));
    std::mt19937 random(3);
    std::poisson_distribution<int> count(1.0);
    std::vector<TaskVector> velocities;
    for (int bin = 0; bin < 300; ++bin) {
      if (with_shadows && bin == 20) {
        int slot = 0;
        for (const DecoderParams& decoder : AllDecoders()) {
          step.AddShadow(slot++,
                         step.MakeLearner(MakeDecoder(decoder, {4, 2, params.bin_width_ns})), false,
                         false);
        }
      }
      if (bin % 50 == 0) step.OnTrialStart();
      std::vector<float> counts(4);
      for (float& c : counts) c = static_cast<float>(count(random));
      step.AddCounts(counts);
      Command command;
      step.DecodeBin(TaskVector(0.01, 0.0, 0.0), &command);
      velocities.push_back(command.velocity_m_s);
      BehaviorSample behavior = Moving(0.1);
      behavior.target_position_m = TaskVector(0.1, bin % 100 < 50 ? 0.05 : -0.05, 0.0);
      step.LearnBin(behavior);
      for (int slot = 0; slot < Shadows::kMax; ++slot) step.ShowShadow(slot);
      if (bin % 50 == 49) step.OnTrialStop();
    }
    return velocities;
  };
  EXPECT_EQ(run(true), run(false));
}

}  // namespace
}  // namespace efferent
