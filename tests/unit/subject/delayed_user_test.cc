#include "clients/subject/delayed_user.h"

#include <gtest/gtest.h>

#include <cmath>

namespace efferent::subject {
namespace {

constexpr TimeNs kBinNs = 10'000'000;

TEST(ForwardModel, PredictsAnArmThatObeysExactly) {
  PlantParams plant;
  const TimeNs delay = 20 * kBinNs;
  ForwardModel model(plant, kBinNs, delay);
  const double alpha = std::exp(-0.1);
  EXPECT_DOUBLE_EQ(KeptVelocity(plant, kBinNs), alpha);
  std::vector<Observation> states(1);
  for (int k = 0; k < 100; ++k) {
    if (k >= 20) {
      const Observation predicted = model.Predict(k * kBinNs, states[k - 20]);
      EXPECT_NEAR((predicted.position_m - states[k].position_m).norm(), 0.0, 1e-15);
      EXPECT_NEAR((predicted.velocity_m_s - states[k].velocity_m_s).norm(), 0.0, 1e-15);
    }
    const Vec3 control(std::cos(0.1 * k), std::sin(0.23 * k), std::cos(0.31 * k));
    model.Remember(control);
    Observation next = states.back();
    next.time_ns += kBinNs;
    next.velocity_m_s = alpha * next.velocity_m_s + 0.25 * (1 - alpha) * control;
    next.position_m += 0.01 * next.velocity_m_s;
    states.push_back(next);
  }
}

// Pull min(1, 0.03 / 0.05) = 0.6 along x; damping 0.4 * 0.05 / 0.25 = 0.08 along y.
TEST(DelayedUser, PullsTowardsTheTargetAndDampsItsVelocity) {
  Observation state;
  state.velocity_m_s = {0, 0.05, 0};
  const Vec3 c = DelayedUser::Control(state, {{0.03, 0, 0}, 0.025}, {});
  EXPECT_NEAR(c.x(), 0.6, 1e-12);
  EXPECT_NEAR(c.y(), -0.08, 1e-12);
  state.position_m = {0.03, 0, 0};
  state.velocity_m_s.setZero();
  EXPECT_EQ(DelayedUser::Control(state, {{0.03, 0, 0}, 0.025}, {}), Vec3::Zero());
}

TEST(DelayedUser, ReactsOnlyAfterItsReactionTime) {
  DelayedUserParams params;
  params.visual_delay_ns = 5 * kBinNs;
  params.reaction_time_ns = 8 * kBinNs;
  DelayedUser user(params, kBinNs);
  for (int k = 0; k < 30; ++k) {
    Observation seen;
    seen.time_ns = k * kBinNs;
    seen.engaged = true;
    if (k >= 10 && k < 20) seen.target = Target{{0.08, 0, 0}, 0.025};
    EXPECT_EQ(user.Intend(k * kBinNs, seen).norm() > 0.0, k >= 18 && k < 28) << k;
  }
}

TEST(DelayedUser, RefusesSettingsThatMakeNoSense) {
  DelayedUserParams params;
  params.full_effort_distance_m = 0.0;
  EXPECT_THROW(DelayedUser(params, kBinNs), std::invalid_argument);
  params = {};
  params.plant.tau_s = 0.0;
  EXPECT_THROW(DelayedUser(params, kBinNs), std::invalid_argument);
  params = {};
  params.reaction_time_ns = -1;
  EXPECT_THROW(DelayedUser(params, kBinNs), std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject
