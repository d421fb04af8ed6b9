#include <gtest/gtest.h>

#include <functional>

#include "clients/evaluation/closed_loop/condition_table.h"
#include "clients/evaluation/closed_loop/experiment.h"
#include "clients/evaluation/closed_loop/scores.h"

/// What a scalar reward teaches in closed loop, and that it is the reward that does.
namespace efferent::closed_loop {
namespace {

using subject::Vec3;

/// Another pilot, who is told another reward.
class Deceived final : public Pilot {
 public:
  using Tell = std::function<std::optional<double>(const subject::Observation& seen)>;
  Deceived(std::unique_ptr<Pilot> pilot, Tell tell)
      : pilot_(std::move(pilot)), tell_(std::move(tell)) {}

  void OnTrialStart() override { pilot_->OnTrialStart(); }
  void OnTrialStop() override { pilot_->OnTrialStop(); }
  void SetLearning(bool enabled) override { pilot_->SetLearning(enabled); }
  Vec3 Steer(const subject::Observation& seen, const subject::Brain& brain,
             const std::vector<subject::SpikeEvent>& spikes) override {
    subject::Observation told = seen;
    told.reward = tell_(seen);
    return pilot_->Steer(told, brain, spikes);
  }

 private:
  std::unique_ptr<Pilot> pilot_;
  Tell tell_;
};

/// Success rate of `snn` in the frozen test after 50 trials of learning.
double SuccessWhenTold(Deceived::Tell tell) {
  const Condition condition = ChooseConditions(AllConditions({}, {20, 1.0}), "reward").front();
  DecoderOptions options;
  options.decoders = "snn";
  Deceived pilot(MakeDecoderPilot(PrepareDecoders(options, condition).front()), std::move(tell));
  return ScoreRun(RunExperiment(condition, 1001, &pilot), condition.test_phase()).success_rate;
}

TEST(LearningFromReward, TeachesReachingFromNothing) {
  EXPECT_GE(SuccessWhenTold([](const auto& seen) { return seen.reward; }), 0.95);
}

TEST(LearningFromReward, ItsUnitAndWhatIsPaidAnywayDoNotMatter) {
  EXPECT_GE(SuccessWhenTold([](const auto& seen) -> std::optional<double> {
              if (!seen.reward) return std::nullopt;
              return 1000.0 * *seen.reward + 20.0;
            }),
            0.95);
}

TEST(LearningFromReward, NoRewardTeachesNothing) {
  EXPECT_LE(SuccessWhenTold([](const auto&) { return std::nullopt; }), 0.05);
}

TEST(LearningFromReward, ARewardThatSaysNothingTeachesNothing) {
  EXPECT_LE(SuccessWhenTold([](const auto&) { return 1.0; }), 0.05);
}

TEST(LearningFromReward, PunishedForApproachItNeverReaches) {
  EXPECT_LE(SuccessWhenTold([](const auto& seen) -> std::optional<double> {
              if (!seen.reward) return std::nullopt;
              return -*seen.reward;
            }),
            0.05);
}

}  // namespace
}  // namespace efferent::closed_loop
