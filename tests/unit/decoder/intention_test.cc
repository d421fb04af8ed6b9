#include "decoder/intention.h"

#include <gtest/gtest.h>

namespace efferent {
namespace {

BehaviorSample Reaching(double distance_m) {
  BehaviorSample behavior;
  behavior.engaged = true;
  behavior.position_m = TaskVector();
  behavior.target_position_m = TaskVector(0.0, distance_m, 0.0);
  behavior.target_radius_m = 0.01;
  return behavior;
}

TEST(Intention, PointsAtTheTargetWithTheIntendedSpeed) {
  const auto label = IntentionEstimator({}).Estimate(Reaching(0.1));
  ASSERT_TRUE(label);
  EXPECT_TRUE(label->isApprox(TaskVector(0.0, 0.2, 0.0)));
}

TEST(Intention, SlowsDownWithTheSquareRootOfTheDistance) {
  IntentionParams params;
  params.slowing_distance_m = 0.04;
  const IntentionEstimator intention(params);
  EXPECT_NEAR(intention.Estimate(Reaching(0.01))->y(), 0.2 * 0.5, 1e-12);
  EXPECT_NEAR(intention.Estimate(Reaching(0.5))->y(), 0.2, 1e-12);
  EXPECT_TRUE(intention.Estimate(Reaching(0.0))->isZero()) << "on the very centre";
}

TEST(Intention, GoesTheStatedShareOfTheWayFromThePresentVelocity) {
  IntentionParams params;
  params.response = 0.25;
  BehaviorSample behavior = Reaching(0.1);
  behavior.velocity_m_s = TaskVector(0.4, 0.0, 0.0);
  const auto label = IntentionEstimator(params).Estimate(behavior);
  EXPECT_TRUE(label->isApprox(TaskVector(0.3, 0.05, 0.0)));
}

TEST(Intention, OnTheTargetThereIsNothingToLearnUnlessAskedFor) {
  IntentionParams params;
  EXPECT_FALSE(IntentionEstimator(params).Estimate(Reaching(0.005)));
  params.learn_on_target = true;
  EXPECT_TRUE(IntentionEstimator(params).Estimate(Reaching(0.005))->isZero());
}

TEST(Intention, RotationKeepsTheSpeedAndTurnsItTowardsTheTarget) {
  IntentionParams params;
  params.rule = IntentionRule::kRotation;
  BehaviorSample behavior = Reaching(0.1);
  behavior.velocity_m_s = TaskVector(0.3, -0.4, 0.0);
  const auto label = IntentionEstimator(params).Estimate(behavior);
  ASSERT_TRUE(label);
  EXPECT_TRUE(label->isApprox(TaskVector(0.0, 0.5, 0.0)));
}

TEST(Intention, RotationIsZeroOnTheTargetWhateverTheVelocity) {
  IntentionParams params;
  params.rule = IntentionRule::kRotation;
  BehaviorSample behavior = Reaching(0.005);
  behavior.velocity_m_s = TaskVector(0.3, 0.0, 0.0);
  EXPECT_TRUE(IntentionEstimator(params).Estimate(behavior)->isZero());
}

TEST(Intention, RotationHasNothingToTurnWhileTheArmStandsOrItsVelocityIsUnknown) {
  IntentionParams params;
  params.rule = IntentionRule::kRotation;
  BehaviorSample behavior = Reaching(0.1);
  EXPECT_FALSE(IntentionEstimator(params).Estimate(behavior));
  behavior.velocity_m_s = TaskVector();
  EXPECT_FALSE(IntentionEstimator(params).Estimate(behavior));
}

TEST(Intention, ThereIsNoneWithoutTargetOrEngagement) {
  const IntentionEstimator intention({});
  BehaviorSample behavior = Reaching(0.1);
  behavior.engaged = false;
  EXPECT_FALSE(intention.Estimate(behavior));
  behavior = Reaching(0.1);
  behavior.target_position_m.reset();
  EXPECT_FALSE(intention.Estimate(behavior));
}

TEST(Intention, WithoutAPositionThereIsNoWayToTheTarget) {
  BehaviorSample behavior = Reaching(0.1);
  behavior.position_m.reset();
  EXPECT_FALSE(IntentionEstimator(IntentionParams()).Estimate(behavior));
}

TEST(Intention, WithKinematicsItIsTheMeasuredVelocity) {
  IntentionParams params;
  params.label_source = LabelSource::kKinematics;
  BehaviorSample behavior;
  EXPECT_FALSE(IntentionEstimator(params).Estimate(behavior));
  behavior.velocity_m_s = TaskVector(1.0, 2.0, 3.0);
  EXPECT_EQ(IntentionEstimator(params).Estimate(behavior), behavior.velocity_m_s);
}

TEST(Intention, TaughtByRewardTheTargetSaysNothing) {
  IntentionParams params;
  params.label_source = LabelSource::kReward;
  EXPECT_FALSE(IntentionEstimator(params).Estimate(Reaching(0.1)));
}

}  // namespace
}  // namespace efferent
