#include "clients/subject/ops_user.h"

#include <gtest/gtest.h>

namespace efferent::subject {
namespace {

constexpr TimeNs kBinNs = 10'000'000;

Observation Reach(Vec3 position, Vec3 velocity, Vec3 target) {
  return {0, position, velocity, true, Target{target, 0.025}};
}

Vec3 IntentOf(const Observation& seen) { return OpsUser({}).Intend(0, seen); }

// Far away, v* / v_max = (1, 0); v / v_max = (0.25, 0): dv / a_max = (0.75, 0). By hand.
TEST(OpsUser, IntendsTheChangeToFullSpeed) {
  EXPECT_NEAR((IntentOf(Reach({0, 0, 0}, {0.05, 0, 0}, {0.08, 0, 0})) - Vec3(0.75, 0, 0)).norm(),
              0.0, 1e-12);
}

// A quarter of 2 r away: v* / v_max = sqrt(1/4).
TEST(OpsUser, SlowsDownWithTheRootOfTheDistance) {
  EXPECT_NEAR(IntentOf(Reach({0.0675, 0, 0}, {0, 0, 0}, {0.08, 0, 0})).x(), 0.5, 1e-9);
}

// On the target's centre at speed.
TEST(OpsUser, BrakesOnTheTarget) {
  const Vec3 intent = IntentOf(Reach({0.08, 0, 0}, {0.06, 0.08, 0}, {0.08, 0, 0}));
  EXPECT_NEAR((intent - Vec3(-0.3, -0.4, 0)).norm(), 0.0, 1e-12);
}

TEST(OpsUser, ReachesInSpaceAsInThePlane) {
  const Vec3 intent = IntentOf(Reach({0, 0, 0}, {0, 0, 0.05}, {0, 0, 0.08}));
  EXPECT_NEAR((intent - Vec3(0, 0, 0.75)).norm(), 0.0, 1e-12);
}

TEST(OpsUser, IntendsNothingWithoutTargetOrEngagedArm) {
  Observation seen = Reach({0, 0, 0}, {0.1, 0, 0}, {0.08, 0, 0});
  seen.engaged = false;
  EXPECT_EQ(IntentOf(seen), Vec3::Zero());
  seen.engaged = true;
  seen.target.reset();
  EXPECT_EQ(IntentOf(seen), Vec3::Zero());
}

TEST(OpsUser, SeesAsLateAsToldAndIntendsNothingBefore) {
  OpsParams params;
  params.visual_delay_ns = 3 * kBinNs;
  OpsUser user(params);
  for (int k = 0; k < 3; ++k) {
    Observation seen = Reach({0, 0, 0}, {0.05, 0, 0}, {0.08, 0, 0});
    seen.time_ns = k * kBinNs;
    EXPECT_EQ(user.Intend(k * kBinNs, seen), Vec3::Zero()) << k;
  }
  Observation later = Reach({0, 0, 0}, {0.2, 0, 0}, {0.08, 0, 0});
  later.time_ns = 3 * kBinNs;
  EXPECT_NEAR(user.Intend(3 * kBinNs, later).x(), 0.75, 1e-12);
}

TEST(OpsUser, KnowsStartAndTargetAtOnceWhenTheArmIsPutElsewhere) {
  OpsParams params;
  params.visual_delay_ns = 2 * kBinNs;
  OpsUser user(params);
  for (int k = 0; k < 4; ++k) {
    Observation seen = Reach({0, 0, 0}, {0, 0, 0}, {0.08, 0, 0});
    seen.time_ns = k * kBinNs;
    user.Intend(seen.time_ns, seen);
  }
  Observation seen = Reach({0, 0, 0}, {0, 0, 0}, {0, 0.08, 0});
  seen.time_ns = 4 * kBinNs;
  user.StartFrom(seen);
  for (int k = 4; k < 7; ++k) {
    seen.time_ns = k * kBinNs;
    EXPECT_EQ(user.Intend(seen.time_ns, seen), Vec3(0, 1, 0)) << k;
    seen.velocity_m_s = {0, 0.2, 0};  // Seen two bins later.
  }
  seen.time_ns = 7 * kBinNs;
  EXPECT_EQ(user.Intend(seen.time_ns, seen), Vec3::Zero());
}

// v + k dv with dv = v_max (0.75, 0), k = 0.3 in 10 ms; in 20 ms 1 - 0.7^2 = 0.51.
TEST(OpsUser, ObeyedChangesVelocityByItsResponse) {
  const OpsUser user({});
  EXPECT_NEAR(user.Obey({0.75, 0, 0}, {0.05, 0, 0}, kBinNs).x(), 0.05 + 0.3 * 0.15, 1e-12);
  EXPECT_NEAR(user.Obey({0.75, 0, 0}, {0.05, 0, 0}, 2 * kBinNs).x(), 0.05 + 0.51 * 0.15, 1e-12);
}

TEST(OpsUser, RefusesSettingsThatMakeNoSense) {
  OpsParams params;
  params.max_speed_m_s = 0.0;
  EXPECT_THROW(OpsUser{params}, std::invalid_argument);
  params = {};
  params.response_per_10_ms = 1.0;
  EXPECT_THROW(OpsUser{params}, std::invalid_argument);
  params = {};
  params.visual_delay_ns = -1;
  EXPECT_THROW(OpsUser{params}, std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject
