#include "clients/arm/arm_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace efferent {
namespace {

void Move(ArmModel* arm, const Eigen::Vector2d& velocity, double seconds) {
  arm->SetVelocity(velocity);
  for (double t = 0.0; t < seconds; t += 1e-9 * static_cast<double>(arm->step_ns())) arm->Step();
}

TEST(ArmModel, FollowsAVelocityInEveryDirection) {
  for (int direction = 0; direction < 8; ++direction) {
    const double angle = direction * M_PI / 4;
    const Eigen::Vector2d velocity(0.2 * std::cos(angle), 0.2 * std::sin(angle));
    ArmModel arm;
    Move(&arm, velocity, 0.3);
    EXPECT_LT((arm.velocity_m_s() - velocity).norm(), 0.01) << "direction " << direction;
    EXPECT_LT((arm.position_m() - 0.3 * velocity).norm(), 0.003) << "direction " << direction;
  }
}

TEST(ArmModel, ReachesANewVelocityWithATimeConstantBelowTenMilliseconds) {
  ArmModel arm;
  Move(&arm, {0.2, 0.0}, 0.010);
  EXPECT_GT(arm.velocity_m_s().x(), 0.2 * (1.0 - std::exp(-1.0)));
}

TEST(ArmModel, HoldsItsPlaceWithoutDriftAtZeroVelocity) {
  ArmModel arm;
  Move(&arm, {0.1, 0.05}, 0.4);
  Move(&arm, {0.0, 0.0}, 0.5);
  const Eigen::Vector2d before = arm.position_m();
  Move(&arm, {0.0, 0.0}, 10.0);
  EXPECT_LT((arm.position_m() - before).norm(), 1e-5);
}

TEST(ArmModel, NeverLeavesTheWorkspaceWhateverIsCommanded) {
  ArmModel arm;
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (int round = 0; round < 100; ++round) {
    arm.SetVelocity({uniform(random), uniform(random)});
    for (int i = 0; i < 100; ++i) {
      arm.Step();
      ASSERT_TRUE(arm.position_m().allFinite());
      const Eigen::Vector2d excess = arm.position_m() - arm.workspace().Clamp(arm.position_m());
      ASSERT_LT(excess.norm(), 0.005) << "round " << round;
    }
  }
}

TEST(ArmModel, RefusesAVelocityThatIsNotFinite) {
  ArmModel arm;
  EXPECT_THROW(arm.SetVelocity({std::nan(""), 0.0}), std::invalid_argument);
}

TEST(ArmModel, SameCommandsMoveItAlike) {
  ArmModel one, two;
  for (ArmModel* arm : {&one, &two}) {
    Move(arm, {0.1, -0.2}, 0.2);
    Move(arm, {-0.3, 0.1}, 0.2);
  }
  EXPECT_EQ(one.position_m(), two.position_m());
}

}  // namespace
}  // namespace efferent
