#include "clients/subject/delayed_user.h"

#include <gtest/gtest.h>

#include <cmath>

namespace efferent::subject {
namespace {

constexpr TimeNs kBinNs = 10'000'000;

// max 80, min 2 Hz: m = ln(40) / 2 = 1.844440, b = ln(80) - 1.3 m = 1.984255; at rest exp(b)
// = 7.2736 Hz. By hand.
TEST(ExponentialTuning, SpansTheNeuronsRange) {
  const ExponentialTuning tuning({{{1, 0}, 2.0, 80.0}}, {});
  std::vector<double> rates;
  tuning.Rates({1, 0}, &rates);
  EXPECT_NEAR(rates[0], 80.0, 1e-9);
  tuning.Rates({-1, 0}, &rates);
  EXPECT_NEAR(rates[0], 2.0, 1e-9);
  tuning.Rates({0, 0}, &rates);
  EXPECT_NEAR(rates[0], 7.2736, 1e-3);
}

// Across the preferred direction only speed counts: exp(1.984255 + 1.844440 * 0.3 * 0.5) = 9.5917
// Hz.
TEST(ExponentialTuning, RisesWithSpeedAcrossThePreferredDirection) {
  const ExponentialTuning tuning({{{1, 0}, 2.0, 80.0}}, {});
  std::vector<double> rates;
  tuning.Rates({0, 0.5}, &rates);
  EXPECT_NEAR(rates[0], 9.5917, 1e-3);
}

TEST(ExponentialTuning, IsCappedAndHasAFloorForTheLogarithm) {
  const ExponentialTuning tuning({{{1, 0}, 0.0, 180.0}}, {});
  std::vector<double> rates;
  tuning.Rates({1, 0}, &rates);
  EXPECT_DOUBLE_EQ(rates[0], 100.0);
  tuning.Rates({-1, 0}, &rates);
  EXPECT_NEAR(rates[0], 0.5, 1e-9);
}

TEST(ForwardModel, PredictsAnArmThatObeysExactly) {
  PlantParams plant;
  const TimeNs delay = 20 * kBinNs;
  ForwardModel model(plant, kBinNs, delay);
  const double alpha = std::exp(-0.1);
  EXPECT_DOUBLE_EQ(model.alpha(), alpha);
  std::vector<Observation> states(1);
  for (int k = 0; k < 100; ++k) {
    if (k >= 20) {
      const Observation predicted = model.Predict(k * kBinNs, states[k - 20]);
      EXPECT_NEAR((predicted.position_m - states[k].position_m).norm(), 0.0, 1e-15);
      EXPECT_NEAR((predicted.velocity_m_s - states[k].velocity_m_s).norm(), 0.0, 1e-15);
    }
    const Vec2 control(std::cos(0.1 * k), std::sin(0.23 * k));
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
  state.velocity_m_s = {0, 0.05};
  const Vec2 c = DelayedUser::Control(state, {{0.03, 0}, 0.025}, {});
  EXPECT_NEAR(c.x(), 0.6, 1e-12);
  EXPECT_NEAR(c.y(), -0.08, 1e-12);
  state.position_m = {0.03, 0};
  state.velocity_m_s.setZero();
  EXPECT_EQ(DelayedUser::Control(state, {{0.03, 0}, 0.025}, {}), Vec2::Zero());
}

TEST(DelayedUser, ReactsOnlyAfterItsReactionTime) {
  DelayedUserParams params;
  params.visual_delay_ns = 5 * kBinNs;
  params.reaction_time_ns = 8 * kBinNs;
  DelayedUser user({{{1, 0}, 2.0, 80.0}}, params, kBinNs);
  for (int k = 0; k < 30; ++k) {
    Observation seen;
    seen.time_ns = k * kBinNs;
    seen.engaged = true;
    if (k >= 10 && k < 20) seen.target = Target{{0.08, 0}, 0.025};
    user.Rates(k * kBinNs, seen);
    EXPECT_EQ(user.control().norm() > 0.0, k >= 18 && k < 28) << k;
  }
}

TEST(DelayedUser, RefusesSettingsThatMakeNoSense) {
  const Population population{{{1, 0}, 2.0, 80.0}};
  DelayedUserParams params;
  params.full_effort_distance_m = 0.0;
  EXPECT_THROW(DelayedUser(population, params, kBinNs), std::invalid_argument);
  params = {};
  params.plant.tau_s = 0.0;
  EXPECT_THROW(DelayedUser(population, params, kBinNs), std::invalid_argument);
  params = {};
  params.reaction_time_ns = -1;
  EXPECT_THROW(DelayedUser(population, params, kBinNs), std::invalid_argument);
  EXPECT_THROW(DelayedUser({}, {}, kBinNs), std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject
