#include "clients/arm/task.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace efferent {
namespace {

TEST(Task, CenterOutVisitsEachOfItsTargetsOnceInEveryBlock) {
  TargetSequence targets({}, {});
  for (int block = 0; block < 3; ++block) {
    std::set<std::pair<double, double>> seen;
    for (int i = 0; i < 8; ++i) {
      const Eigen::Vector3d target = targets.Next();
      EXPECT_NEAR(target.norm(), 0.08, 1e-12);
      seen.emplace(target.x(), target.y());
    }
    EXPECT_EQ(seen.size(), 8u);
  }
}

TEST(Task, SameSeedGivesTheSameTargetsAndAnotherOthers) {
  TaskParams task;
  task.num_targets = 0;
  TargetSequence one(task, {}), two(task, {});
  task.seed = 2;
  TargetSequence other(task, {});
  const Eigen::Vector3d first = one.Next();
  EXPECT_EQ(first, two.Next());
  EXPECT_NE(first, other.Next());
}

TEST(Task, RandomTargetsLieInTheWorkspaceAndApart) {
  TaskParams task;
  task.kind = TaskKind::kRandomTarget;
  const ArmWorkspace workspace;
  TargetSequence targets(task, workspace);
  Eigen::Vector3d previous = targets.Next();
  for (int i = 0; i < 500; ++i) {
    const Eigen::Vector3d target = targets.Next();
    EXPECT_TRUE(workspace.Contains(target.head<2>()));
    EXPECT_GE((target - previous).norm(), task.distance_m);
    previous = target;
  }
}

TEST(Task, RefusesTargetsThatDoNotFit) {
  TaskParams task;
  task.distance_m = 1.0;
  EXPECT_THROW(TargetSequence(task, {}), std::invalid_argument);
}

}  // namespace
}  // namespace efferent
