#include "decoder/step.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

#include "decoder/decoder_config.h"
#include "tests/unit/decoder/probe_decoder.h"

namespace efferent {
namespace {

using test::ProbeDecoder;

StepParams Params() {
  StepParams params;
  params.num_channels = 4;
  params.bin_width_ns = 10'000'000;
  params.limits.max_acceleration_m_s2 = 1e6;
  return params;
}

BehaviorSample Reaching() {
  BehaviorSample behavior;
  behavior.engaged = true;
  behavior.position_m = TaskVector();
  behavior.target_position_m = TaskVector(0.1, 0.05, 0.0);
  return behavior;
}

TEST(Step, CommandCarriesItsBinAndItsEnd) {
  Step step(Params(), std::make_unique<ProbeDecoder>(0.5));
  Command command;
  EXPECT_EQ(step.DecodeBin(std::nullopt, &command), CommandStatus::kDecoded);
  EXPECT_EQ(command.bin_index, 0u);
  EXPECT_EQ(command.bin_stop_time_ns, 10'000'000);
  EXPECT_EQ(command.velocity_m_s, TaskVector(0.5, 0.0, 0.0));
  step.DecodeBin(std::nullopt, &command);
  EXPECT_EQ(command.bin_index, 1u);
}

TEST(Step, ResultThatIsNotFiniteIsAFaultWithZeroVelocityAndTheNextBinRecovers) {
  Step step(Params(), std::make_unique<ProbeDecoder>(0.5));
  Command command;
  step.DecodeBin(std::nullopt, &command);
  BehaviorSample poison = Reaching();
  StepParams kinematics = Params();
  kinematics.intention.label_source = LabelSource::kKinematics;
  kinematics.guard.enabled = false;  // it would refuse such a label
  Step spoilt(kinematics, std::make_unique<ProbeDecoder>(0.5));
  poison.velocity_m_s = TaskVector(13.0, 0.0, 0.0);
  spoilt.DecodeBin(std::nullopt, &command);
  spoilt.LearnBin(poison);
  EXPECT_EQ(spoilt.DecodeBin(std::nullopt, &command), CommandStatus::kFault);
  EXPECT_TRUE(command.velocity_m_s.isZero());
  EXPECT_EQ(spoilt.DecodeBin(std::nullopt, &command), CommandStatus::kDecoded);
  EXPECT_EQ(spoilt.learner().rollback_count(), 1u);
}

TEST(Step, LabelThatIsNotFiniteTeachesNothing) {
  StepParams params = Params();
  params.intention.label_source = LabelSource::kKinematics;
  Step step(params, std::make_unique<ProbeDecoder>(0.5));
  Command command;
  step.DecodeBin(std::nullopt, &command);
  BehaviorSample behavior;
  behavior.velocity_m_s = TaskVector::Constant(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(step.LearnBin(behavior));
}

TEST(Step, EachBinIsLearntFromOnceAtMost) {
  Step step(Params(), std::make_unique<ProbeDecoder>(0.5));
  Command command;
  EXPECT_FALSE(step.LearnBin(Reaching())) << "nothing decoded yet";
  step.DecodeBin(std::nullopt, &command);
  EXPECT_TRUE(step.LearnBin(Reaching()));
  EXPECT_FALSE(step.LearnBin(Reaching()));
}

StepParams TaughtByReward() {
  StepParams params = Params();
  params.intention.label_source = LabelSource::kReward;
  return params;
}

TEST(Step, VariesCommandsOnlyWhileItLearnsFromReward) {
  Step step(TaughtByReward(), std::make_unique<ProbeDecoder>(0.5));
  Command command;
  int num_varied = 0;
  for (int bin = 0; bin < 20; ++bin) {
    step.DecodeBin(std::nullopt, &command);
    num_varied += command.velocity_m_s != TaskVector(0.5, 0.0, 0.0) ? 1 : 0;
    EXPECT_LT((command.velocity_m_s - TaskVector(0.5, 0.0, 0.0)).norm(), 5 * 0.05 * 0.2);
  }
  EXPECT_EQ(num_varied, 20);
  step.SetLearningEnabled(false);
  step.DecodeBin(std::nullopt, &command);
  EXPECT_EQ(command.velocity_m_s, TaskVector(0.5, 0.0, 0.0));
}

TEST(Step, ADecoderGoesOnFromItsOwnCommandNotFromWhatWasTried) {
  StepParams params = TaughtByReward();
  // It knows nothing, so it commands nothing; all that moves is tried. Half of the last command is
  // kept: were that what moved, an untaught decoder would move once frozen.
  Step step(params, MakeDecoder(RlsParams{.output_leak = 0.5}, {4, 2, params.bin_width_ns}));
  Command command;
  for (int bin = 0; bin < 20; ++bin) step.DecodeBin(std::nullopt, &command);
  EXPECT_FALSE(command.velocity_m_s.isZero());
  step.SetLearningEnabled(false);
  step.DecodeBin(std::nullopt, &command);
  EXPECT_LT(Norm(command.velocity_m_s), 1e-15);
}

TEST(Step, TaughtByRewardItAsksForRewardAndNotForTheTarget) {
  BehaviorSample towards_x;
  towards_x.engaged = true;
  const auto learns_x = [&](bool with_reward, const TaskVector& target) {
    Step step(TaughtByReward(), std::make_unique<ProbeDecoder>(0.0));
    Command command;
    for (int bin = 0; bin < 100; ++bin) {
      step.DecodeBin(std::nullopt, &command);
      towards_x.target_position_m = target;
      towards_x.velocity_m_s = command.velocity_m_s;
      towards_x.reward.reset();
      if (with_reward) towards_x.reward = command.velocity_m_s.x();
      step.LearnBin(towards_x);
    }
    step.SetLearningEnabled(false);
    step.DecodeBin(std::nullopt, &command);
    return std::pair(step.learner().learned_bin_count(), command.velocity_m_s.x());
  };
  const auto with = learns_x(true, TaskVector(0.1, 0.0, 0.0));
  EXPECT_GT(with.first, 50u);
  EXPECT_NEAR(with.second, 0.2, 0.02) << "the intended speed, where reward rises";
  EXPECT_EQ(learns_x(true, TaskVector(-0.1, 0.0, 0.0)), with) << "wherever the target is";
  EXPECT_EQ(learns_x(false, TaskVector(0.1, 0.0, 0.0)).first, 0u);
}

TEST(Step, SameInputsGiveTheSameBits) {
  for (const DecoderParams& decoder : AllDecoders()) {
    StepParams params = Params();
    params.learning_effect = LearningEffect::kTrialEnd;
    Step one(params, MakeDecoder(decoder, {4, 2, params.bin_width_ns}));
    Step two(params, MakeDecoder(decoder, {4, 2, params.bin_width_ns}));
    std::mt19937_64 random(1);
    for (int bin = 0; bin < 2000; ++bin) {
      std::vector<Spike> spikes(5);
      for (Spike& spike : spikes) {
        spike.channel = static_cast<std::uint32_t>(random() % 4);
        spike.time_ns =
            one.binner().next_bin_start_ns() + static_cast<TimeNs>(random() % 10'000'000);
      }
      Command first, second;
      for (auto [step, command] : {std::pair{&one, &first}, std::pair{&two, &second}}) {
        if (bin % 100 == 0) step->OnTrialStart();
        step->AddSpikes(spikes);
        step->DecodeBin(std::nullopt, command);
        step->LearnBin(Reaching());
        if (bin % 100 == 99) step->OnTrialStop();
      }
      ASSERT_EQ(first.velocity_m_s, second.velocity_m_s) << "bin " << bin;
    }
  }
}

}  // namespace
}  // namespace efferent
