#include <gtest/gtest.h>

#include <limits>

#include "tests/closed_loop/learning_loop.h"

/// Labels that are wrong, while a user steers and the decoder learns.
namespace efferent::subject {
namespace {

using Poison = LearningLoop::Poison;

void FlipTarget(BehaviorSample* behavior) {
  if (!behavior->target_position_m) return;
  *behavior->target_position_m = 2.0 * *behavior->position_m - *behavior->target_position_m;
}

void LoseTarget(BehaviorSample* behavior) {
  behavior->target_position_m = TaskVector::Constant(std::numeric_limits<double>::quiet_NaN());
}

void RaceAway(BehaviorSample* behavior) { behavior->velocity_m_s = TaskVector(1e9, -1e9); }

LearningLoop MakeLoop(std::uint64_t seed, const DecoderParams& decoder, bool guarded = true) {
  SubjectOptions options;
  options.population = "46";
  options.seed = seed;
  options.decoder = std::string(DecoderName(decoder));
  return MakeLearningLoop(options, guarded);
}

constexpr int kTest = 100;

/// Success after learning, and after learning goes on from `poison`.
struct Successes {
  int former = 0, after = 0;
};
Successes SuccessesWith(LearningLoop* loop, const Poison& poison) {
  loop->Run("learning", 50, true);
  Successes successes;
  successes.former = loop->Run("former", kTest, false).num_successes;
  // As it was before: what follows is poisoned from where agreement has been proven again.
  loop->Run("learning on", 50, true);
  loop->Run("poison", 40, true, poison);
  successes.after = loop->Run("after", kTest, false).num_successes;
  return successes;
}

void ExpectHardlyAnythingLost(const Successes& successes) {
  EXPECT_GE(successes.former, 95);
  EXPECT_GE(successes.after, successes.former - kTest / 20);
}

class PoisonedLabels : public testing::TestWithParam<DecoderParams> {};

TEST_P(PoisonedLabels, FlippedOnesAreRolledBackAndHardlyAnythingIsLost) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    LearningLoop loop = MakeLoop(seed, GetParam());
    ExpectHardlyAnythingLost(SuccessesWith(&loop, FlipTarget));
    const Learner& learner = loop.step().learner();
    EXPECT_EQ(learner.guard_rollback_count(), 1u);
    EXPECT_EQ(learner.guard_rollback_reason(), RollbackReason::kLabelsContradict);
    EXPECT_FALSE(learner.enabled());
  }
}

TEST_P(PoisonedLabels, ThoseThatAreNoNumberOrTooFastTeachNothing) {
  for (const Poison& poison : {Poison(LoseTarget), Poison(RaceAway)}) {
    LearningLoop loop = MakeLoop(1, GetParam());
    ExpectHardlyAnythingLost(SuccessesWith(&loop, poison));
    EXPECT_GT(loop.step().learner().rejected_label_count(), 1'000u);
    EXPECT_EQ(loop.step().learner().guard_rollback_count(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Decoders, PoisonedLabels, testing::Values(SnnParams(), RlsParams()),
                         [](const auto& decoder) {
                           return std::string(DecoderName(decoder.param));
                         });

// That the test above can fail.
TEST(PoisonedLabels, WithoutAGuardFlippedOnesTakeTheDecoderDown) {
  LearningLoop loop = MakeLoop(1, SnnParams(), false);
  const Successes successes = SuccessesWith(&loop, FlipTarget);
  EXPECT_GE(successes.former, 95);
  EXPECT_LT(successes.after, 20);
}

}  // namespace
}  // namespace efferent::subject
