#include "clients/arm/trial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace efferent {
namespace {

constexpr std::int64_t kMs = 1'000'000;
const Eigen::Vector3d kTarget(0.08, 0.0, 0.0);

/// Straight to the target at 0.2 m/s, then staying there.
Trial::State Reach(Trial* trial, std::int64_t until_ms) {
  Trial::State state = trial->state();
  for (std::int64_t t = 1; t <= until_ms && !trial->is_over(); ++t) {
    state = trial->Observe(t * kMs, {std::min(0.08, 0.0002 * static_cast<double>(t)), 0.0, 0.0});
  }
  return state;
}

TEST(Trial, SucceedsAfterTheHoldTimeInsideWhichCounts) {
  Trial trial({}, kTarget, 0, Eigen::Vector3d::Zero());
  EXPECT_EQ(Reach(&trial, 3000), Trial::State::kReached);
  const TrialResult result = trial.Result();
  // 0.055 m at 0.2 m/s to the edge, and 0.5 s inside.
  EXPECT_NEAR(result.time_s, 0.275 + 0.5, 0.003);
  EXPECT_NEAR(result.path_efficiency, 1.0, 0.01);
}

TEST(Trial, LeavingTheTargetStartsTheHoldAnew) {
  Trial trial({}, kTarget, 0, Eigen::Vector3d::Zero());
  trial.Observe(100 * kMs, kTarget);
  trial.Observe(550 * kMs, kTarget);
  trial.Observe(560 * kMs, {0.0, 0.0, 0.0});
  trial.Observe(570 * kMs, kTarget);
  EXPECT_EQ(trial.Observe(1000 * kMs, kTarget), Trial::State::kHolding);
  EXPECT_EQ(trial.Observe(1080 * kMs, kTarget), Trial::State::kReached);
}

TEST(Trial, FailsAtTheTimeLimitWithTheLimitAsItsTime) {
  Trial trial({}, kTarget, 0, Eigen::Vector3d::Zero());
  EXPECT_EQ(trial.Observe(2999 * kMs, {0.0, 0.0, 0.0}), Trial::State::kReaching);
  EXPECT_EQ(trial.Observe(3000 * kMs, {0.0, 0.0, 0.0}), Trial::State::kFailed);
  EXPECT_EQ(trial.Result().time_s, 3.0);
  EXPECT_FALSE(trial.Result().success);
  EXPECT_EQ(ThroughputBitsPerS(trial.Result()), 0.0);
}

TEST(Trial, RewardsTheSpeedOfApproachAndNothingOnTheTarget) {
  Trial trial({}, kTarget, 0, Eigen::Vector3d::Zero());
  EXPECT_EQ(trial.reward(), 0.0);
  trial.Observe(10 * kMs, {0.002, 0.0, 0.0});
  EXPECT_NEAR(trial.reward(), 0.2, 1e-12);
  trial.Observe(20 * kMs, {0.001, 0.0, 0.0});
  EXPECT_NEAR(trial.reward(), -0.1, 1e-12);
  trial.Observe(20 * kMs, {0.001, 0.0, 0.0});
  EXPECT_NEAR(trial.reward(), -0.1, 1e-12) << "no time has passed";
  trial.Observe(30 * kMs, kTarget);
  EXPECT_EQ(trial.reward(), 0.0);
}

TEST(TrialScores, FailuresCountAsTheLimitAndThroughputIsShannons) {
  TrialResult good;
  good.target_m = kTarget;
  good.target_radius_m = 0.02;
  good.success = true;
  good.time_s = 1.0;
  good.path_efficiency = 1.0;
  TrialResult bad = good;
  bad.success = false;
  bad.time_s = 3.0;
  bad.path_efficiency = 0.0;
  EXPECT_NEAR(ThroughputBitsPerS(good), std::log2(1.0 + 0.08 / 0.04), 1e-12);
  const auto scores = ScoreTrials({good, bad}, 0);
  EXPECT_EQ(scores->success_rate.mean, 0.5);
  EXPECT_EQ(scores->time_to_target_s.mean, 2.0);
  EXPECT_LE(scores->success_rate.low, 0.5);
  EXPECT_GE(scores->success_rate.high, 0.5);
  EXPECT_FALSE(ScoreTrials({good, bad}, 1));
}

}  // namespace
}  // namespace efferent
