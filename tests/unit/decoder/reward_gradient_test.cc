#include "decoder/reward_gradient.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "decoder/exploration.h"

namespace efferent {
namespace {

constexpr TimeNs kBinNs = 10'000'000;
constexpr double kSpeed = 0.2;

/// Moves about for `num_bins` and is rewarded with `unit` (speed towards `goal` + offset) + noise.
struct Mover {
  TaskVector goal = TaskVector(0.6, 0.8, 0.0);
  double unit = 1.0;
  double offset = 0.0;
  double noise = 0.0;
  int num_dimensions = 2;

  void Run(int num_bins, RewardGradient* gradient) {
    for (int k = 0; k < num_bins; ++k) {
      const TaskVector& v = exploration.Next();
      gradient->Observe(v, unit * (Dot(goal, v) + offset + noise * normal(random)));
    }
  }

  std::mt19937_64 random{1};
  std::normal_distribution<double> normal{};
  Exploration exploration{0.3 * kSpeed, 0.05, num_dimensions, kBinNs, 3};
};

double ErrorRad(const RewardGradient& gradient, const TaskVector& goal) {
  const auto direction = gradient.Direction();
  if (!direction) return std::numeric_limits<double>::infinity();
  EXPECT_NEAR(Norm(*direction), 1.0, 1e-12);
  return std::acos(std::min(1.0, Dot(*direction, goal) / Norm(goal)));
}

/// After `num_bins` of one who knows nothing.
double ErrorAfter(int num_bins, Mover mover) {
  RewardGradient gradient(kSpeed, mover.num_dimensions, kBinNs);
  mover.Run(num_bins, &gradient);
  return ErrorRad(gradient, mover.goal);
}

TEST(RewardGradient, PointsWhereRewardRisesAfterAFractionOfASecond) {
  EXPECT_LT(ErrorAfter(40, Mover{}), 0.1);
}

TEST(RewardGradient, UnitOfTheRewardDoesNotMatter) {
  for (const double unit : {1e-6, 1.0, 1e6}) {
    EXPECT_LT(ErrorAfter(40, Mover{.unit = unit}), 0.1) << unit;
  }
}

TEST(RewardGradient, WhatIsPaidAnywayDoesNotMatter) {
  // The first rewards say mostly that; until it is seen to be no noise.
  for (const double offset : {-0.3, 0.3}) {
    EXPECT_LT(ErrorAfter(4000, Mover{.offset = offset}), 0.15) << offset;
  }
}

TEST(RewardGradient, FindsDirectionsInSpace) {
  EXPECT_LT(ErrorAfter(60, Mover{.goal = TaskVector(0.0, 0.6, -0.8), .num_dimensions = 3}), 0.1);
}

TEST(RewardGradient, FollowsAGoalThatMoves) {
  RewardGradient gradient(kSpeed, 2, kBinNs);
  Mover mover;
  mover.Run(100, &gradient);
  mover.goal = TaskVector(-0.8, 0.6, 0.0);
  mover.Run(100, &gradient);
  EXPECT_LT(ErrorRad(gradient, mover.goal), 0.2);
}

TEST(RewardGradient, ATrialForgetsTheGoalOfTheLast) {
  RewardGradient gradient(kSpeed, 2, kBinNs);
  Mover mover;
  mover.Run(100, &gradient);
  gradient.OnTrialStart();
  EXPECT_FALSE(gradient.Direction());
}

TEST(RewardGradient, KnowsNothingWithoutMovementOrReward) {
  RewardGradient still(kSpeed, 2, kBinNs), unpaid(kSpeed, 2, kBinNs);
  for (int k = 0; k < 500; ++k) still.Observe(TaskVector(), 0.01);
  EXPECT_FALSE(still.Direction());
  Mover mover{.unit = 0.0};
  mover.Run(500, &unpaid);
  EXPECT_FALSE(unpaid.Direction());
}

TEST(RewardGradient, RewardThatIsNoisePointsEveryWay) {
  RewardGradient gradient(kSpeed, 2, kBinNs);
  Mover mover{.goal = TaskVector(), .noise = 1.0};
  TaskVector sum;
  for (int k = 0; k < 20'000; ++k) {
    mover.Run(1, &gradient);
    sum += gradient.Direction().value_or(TaskVector());
  }
  EXPECT_LT(Norm(sum) / 20'000, 0.1);
}

TEST(RewardGradient, StaysFiniteWhateverItIsPaid) {
  std::mt19937_64 random(1);
  RewardGradient gradient(kSpeed, 3, kBinNs);
  const double sizes[] = {0.0, 1e-300, 1e-20, 1.0, 1e6};
  for (int k = 0; k < 20'000; ++k) {
    const double size = sizes[random() % 5];
    const double speed = sizes[random() % 5];
    const double sign = random() % 2 == 0 ? 1.0 : -1.0;
    gradient.Observe(TaskVector(speed, -speed, sign * speed), sign * size);
    if (k % 500 == 0) gradient.OnTrialStart();
    const auto direction = gradient.Direction();
    ASSERT_TRUE(!direction || direction->allFinite()) << k;
  }
  // It still learns.
  gradient.OnTrialStart();
  Mover mover{.unit = 1e6, .num_dimensions = 3};
  mover.Run(5000, &gradient);
  EXPECT_LT(ErrorRad(gradient, mover.goal), 0.3);
}

TEST(RewardGradient, LivesThroughALongTimeWithoutReward) {
  RewardGradient gradient(kSpeed, 2, kBinNs);
  Mover mover;
  mover.Run(100, &gradient);
  mover.unit = 0.0;
  mover.Run(2'000'000, &gradient);  // 5.5 h: powers have decayed below the smallest number.
  gradient.OnTrialStart();
  mover.unit = 1.0;
  mover.Run(200, &gradient);
  EXPECT_LT(ErrorRad(gradient, mover.goal), 0.2);
}

TEST(Exploration, HasTheSpeedAndTheDurationThatWereAskedFor) {
  Exploration exploration(0.05, 0.1, 2, kBinNs, 1);
  double square = 0.0, product = 0.0;
  TaskVector last;
  const int num_bins = 200'000;
  for (int k = 0; k < num_bins; ++k) {
    const TaskVector v = exploration.Next();
    EXPECT_EQ(v.z(), 0.0);
    square += v.x() * v.x();
    product += v.x() * last.x();
    last = v;
  }
  EXPECT_NEAR(std::sqrt(square / num_bins), 0.05, 0.002);
  EXPECT_NEAR(product / square, std::exp(-0.1), 0.01);
}

TEST(Exploration, SameSeedSameVelocities) {
  Exploration one(0.1, 0.05, 3, kBinNs, 7), same(0.1, 0.05, 3, kBinNs, 7),
      other(0.1, 0.05, 3, kBinNs, 8);
  for (int k = 0; k < 100; ++k) {
    const TaskVector v = one.Next();
    EXPECT_EQ(v, same.Next());
    EXPECT_NE(v, other.Next());
  }
}

}  // namespace
}  // namespace efferent
