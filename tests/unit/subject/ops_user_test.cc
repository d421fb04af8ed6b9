#include "clients/subject/ops_user.h"

#include <gtest/gtest.h>

#include <cmath>

namespace efferent::subject {
namespace {

constexpr TimeNs kBinNs = 10'000'000;

Observation Reach(Vec2 position, Vec2 velocity, Vec2 target) {
  return {0, position, velocity, true, Target{target, 0.025}};
}

/// c = (0.6, 0.8), 2 to 82 Hz, and its opposite.
Population TwoNeurons() { return {{{0.6, 0.8}, 2.0, 82.0}, {{-0.6, -0.8}, 1.0, 51.0}}; }

// Far away, v* / v_max = (1, 0); v / v_max = (0.25, 0): dv / a_max = (0.75, 0), drive 1.5 * 0.6 *
// 0.75 = 0.675, rate 2 + 80 * 0.675 = 56 Hz. By hand.
TEST(OpsUser, FiresInProportionToTheIntendedChangeOfVelocity) {
  OpsUser user(TwoNeurons(), {}, 1);
  const auto& rates = user.Rates(0, Reach({0, 0}, {0.05, 0}, {0.08, 0}));
  EXPECT_NEAR(rates[0], 56.0, 1e-12);
  EXPECT_DOUBLE_EQ(rates[1], 1.0);
}

// A quarter of 2 r away: v* / v_max = sqrt(1/4); drive 1.5 * 0.6 * 0.5 = 0.45, rate 2 + 80 * 0.45 =
// 38 Hz.
TEST(OpsUser, SlowsDownWithTheRootOfTheDistance) {
  OpsUser user(TwoNeurons(), {}, 1);
  EXPECT_NEAR(user.Rates(0, Reach({0.0675, 0}, {0, 0}, {0.08, 0}))[0], 38.0, 1e-9);
}

// dv / a_max = (0.6, 0.8): drive 1.5, cut at 1.
TEST(OpsUser, SaturatesAtTheMaximumRate) {
  OpsUser user(TwoNeurons(), {}, 1);
  EXPECT_DOUBLE_EQ(user.Rates(0, Reach({0, 0}, {0, 0}, {0.06, 0.08}))[0], 82.0);
}

// On the target's centre at speed: brakes. dv / a_max = (-0.6, -0.8) / 2, drive of the opposite
// neuron 1.5 * 0.5.
TEST(OpsUser, BrakesOnTheTarget) {
  OpsUser user(TwoNeurons(), {}, 1);
  const auto& rates = user.Rates(0, Reach({0.08, 0}, {0.06, 0.08}, {0.08, 0}));
  EXPECT_DOUBLE_EQ(rates[0], 2.0);
  EXPECT_NEAR(rates[1], 1.0 + 50.0 * 0.75, 1e-12);
}

TEST(OpsUser, IntendsNothingWithoutTargetOrEngagedArm) {
  OpsUser user(TwoNeurons(), {}, 1);
  Observation seen = Reach({0, 0}, {0.1, 0}, {0.08, 0});
  seen.engaged = false;
  EXPECT_DOUBLE_EQ(user.Rates(0, seen)[0], 2.0);
  seen.engaged = true;
  seen.target.reset();
  EXPECT_DOUBLE_EQ(user.Rates(kBinNs, seen)[0], 2.0);
  EXPECT_DOUBLE_EQ(user.Rates(2 * kBinNs, seen)[1], 1.0);
}

// E[clip(n, 0, 1)] for n ~ N(0, 0.3) is 0.3 / sqrt(2 pi) - (small upper tail, 6.3e-5) = 0.11961; sd
// of the clipped value 0.1749 (numerical integration); 4 standard errors of 20,000 draws.
TEST(OpsUser, AddsNoiseInsideTheClip) {
  OpsParams params;
  params.rate_noise = 0.3;
  OpsUser user({{{1, 0}, 0.0, 100.0}}, params, 3);
  double mean = 0.0;
  for (int k = 0; k < 20000; ++k) mean += user.Rates(k * kBinNs, {})[0] / 20000.0;
  EXPECT_NEAR(mean, 11.96, 4 * 17.49 / std::sqrt(20000.0));
}

TEST(OpsUser, SeesAsLateAsToldAndIntendsNothingBefore) {
  OpsParams params;
  params.visual_delay_ns = 3 * kBinNs;
  OpsUser user(TwoNeurons(), params, 1);
  for (int k = 0; k < 3; ++k) {
    Observation seen = Reach({0, 0}, {0.05, 0}, {0.08, 0});
    seen.time_ns = k * kBinNs;
    EXPECT_DOUBLE_EQ(user.Rates(k * kBinNs, seen)[0], 2.0) << k;
  }
  Observation later = Reach({0, 0}, {0.2, 0}, {0.08, 0});
  later.time_ns = 3 * kBinNs;
  EXPECT_NEAR(user.Rates(3 * kBinNs, later)[0], 56.0, 1e-12);
}

TEST(OpsUser, RefusesSettingsThatMakeNoSense) {
  EXPECT_THROW(OpsUser({}, {}, 1), std::invalid_argument);
  OpsParams params;
  params.rate_noise = -0.1;
  EXPECT_THROW(OpsUser(TwoNeurons(), params, 1), std::invalid_argument);
  params = {};
  params.visual_delay_ns = -1;
  EXPECT_THROW(OpsUser(TwoNeurons(), params, 1), std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject
