#include "clients/arm/arm_rig.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace efferent {
namespace {

constexpr std::int64_t kBin = 10'000'000;

/// A bin: `velocity` is commanded, physics goes on, what ends is taken.
RigUpdate Bin(ArmRig* rig, const Eigen::Vector2d& velocity) {
  rig->SetCommanded(true);
  rig->Follow({rig->now_ns(), velocity});
  const std::int64_t end = rig->now_ns() + kBin;
  while (rig->now_ns() < end) rig->Step(rig->now_ns() + rig->step_ns());
  if (rig->experiment().wanted_learning()) rig->experiment().LearningIsSet();
  rig->StartTrialIfReady();
  return rig->TakeUpdate();
}

/// A perfect decoder's velocity.
Eigen::Vector2d Towards(const RigUpdate& update) {
  if (!update.target_m) return Eigen::Vector2d::Zero();
  const Eigen::Vector2d d = *update.target_m - update.position_m;
  return std::min(0.2, 4.0 * d.norm()) * d.normalized();
}

TEST(ArmRig, PerfectCommandsReachEveryTargetAndItComesHomeBetween) {
  ArmRig rig({}, {{"one", 4, true}, {"two", 4, false}});
  rig.Attach(0, true);
  RigUpdate update = Bin(&rig, Eigen::Vector2d::Zero());
  int num_starts = 0, num_stops = 0;
  for (int bin = 0; bin < 5000 && !rig.is_done(); ++bin) {
    for (const TrialMark& mark : update.marks) {
      (mark.is_start ? num_starts : num_stops) += 1;
      if (mark.is_start) {
        EXPECT_LT(update.position_m.norm(), 0.001) << "starts at home";
      }
    }
    update = Bin(&rig, Towards(update));
  }
  for (const TrialMark& mark : update.marks) (mark.is_start ? num_starts : num_stops) += 1;
  EXPECT_EQ(num_starts, 8);
  EXPECT_EQ(num_stops, 8);
  const auto results = rig.TakeResults();
  ASSERT_EQ(results.size(), 8u);
  for (const TrialResult& result : results) {
    EXPECT_TRUE(result.success);
    EXPECT_LT(result.time_s, 1.2);
    EXPECT_GT(result.path_efficiency, 0.95);
  }
}

TEST(ArmRig, WithoutCommandsItHoldsStill) {
  ArmRig rig({}, {{"one", 4, true}});
  rig.Attach(0, true);
  RigUpdate update = Bin(&rig, Eigen::Vector2d::Zero());
  for (int bin = 0; bin < 20; ++bin) update = Bin(&rig, {0.2, 0.0});
  EXPECT_GT(update.velocity_m_s.norm(), 0.1);
  rig.SetCommanded(false);
  for (int i = 0; i < 100; ++i) rig.Step(rig.now_ns());
  const Eigen::Vector2d stopped = rig.TakeUpdate().position_m;
  for (int i = 0; i < 1000; ++i) rig.Step(rig.now_ns());
  EXPECT_LT((rig.TakeUpdate().position_m - stopped).norm(), 1e-4);
  EXPECT_FALSE(rig.is_moving());
  EXPECT_FALSE(rig.TakeUpdate().engaged) << "nothing must be learnt from an arm that was stopped";
}

TEST(ArmRig, RefusesCommandsThatAreNotFiniteOrTooFast) {
  ArmRig rig({}, {{"one", 4, true}});
  rig.Attach(0, true);
  Bin(&rig, Eigen::Vector2d::Zero());
  EXPECT_FALSE(rig.Follow({rig.now_ns(), {std::nan(""), 0.0}}));
  EXPECT_FALSE(rig.Follow({rig.now_ns(), {std::numeric_limits<double>::infinity(), 0.0}}));
  EXPECT_FALSE(rig.Follow({rig.now_ns(), {100.0, 0.0}}));
  EXPECT_EQ(rig.refused_command_count(), 3u);
}

TEST(ArmRig, InterruptedTrialIsRepeatedWithItsTarget) {
  ArmRig rig({}, {{"one", 1, true}});
  rig.Attach(0, true);
  RigUpdate update;
  for (int bin = 0; bin < 200 && !update.target_m; ++bin)
    update = Bin(&rig, Eigen::Vector2d::Zero());
  ASSERT_TRUE(update.target_m);
  const Eigen::Vector2d target = *update.target_m;
  rig.SetCommanded(false);
  rig.Interrupt();
  update = rig.TakeUpdate();
  for (int bin = 0; bin < 200 && !update.target_m; ++bin)
    update = Bin(&rig, Eigen::Vector2d::Zero());
  EXPECT_EQ(*update.target_m, target);
  EXPECT_EQ(rig.experiment().progress(0).num_repeated, 1);
  EXPECT_EQ(rig.experiment().progress(0).num_done, 0);
}

TEST(ArmRig, AsksForLearningAtTheBeginningOfEachPhase) {
  ArmRig rig({}, {{"one", 1, true}, {"two", 1, false}});
  rig.Attach(0, true);
  EXPECT_EQ(rig.experiment().wanted_learning(), true);
  RigUpdate update = Bin(&rig, Eigen::Vector2d::Zero());
  while (rig.experiment().progress(0).num_done == 0) update = Bin(&rig, Towards(update));
  rig.TakeUpdate();
  EXPECT_EQ(rig.experiment().phase(), 1);
}

TEST(ArmRig, RefusesPhasesWithoutTrialsOrWithTheSameName) {
  EXPECT_THROW(ArmRig({}, {}), std::invalid_argument);
  EXPECT_THROW(ArmRig({}, {{"one", 0, true}}), std::invalid_argument);
  EXPECT_THROW(ArmRig({}, {{"one", 1, true}, {"one", 1, false}}), std::invalid_argument);
}

}  // namespace
}  // namespace efferent
