#include "decoder/snn/arm_posture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace efferent {
namespace {

// Mean of 0 and 0.2 m is 0.1 m; 0.75 m is 0.65 m further, one arm: 1 / sqrt(1 + 1 / 16).
TEST(ArmPosture, IsInArmsFromWhereTheHandUsuallyIs) {
  ArmPosture posture(2, 0.999);
  for (const double x : {0.0, 0.2}) {
    posture.OnPosition(TaskVector(x, -1.0, 0.0));
    posture.Learn();
  }
  posture.OnPosition(TaskVector(0.75, -1.0, 0.0));
  EXPECT_NEAR(posture.Gains()[0], 1.0 / std::sqrt(1.0 + 1.0 / 16.0), 1e-12);
  EXPECT_NEAR(posture.Gains()[1], 0.0, 1e-12);
}

TEST(ArmPosture, UnknownPositionsAreUsualOnesAndWildOnesAreBounded) {
  ArmPosture posture(2, 0.999);
  EXPECT_FALSE(posture.was_known());
  posture.OnPosition(TaskVector(0.1, 0.1, 0.0));
  EXPECT_EQ(posture.Gains(), Eigen::VectorXd::Zero(2)) << "nothing is usual yet";
  posture.Learn();
  posture.OnPosition(TaskVector(1e6, 0.1, 0.0));
  EXPECT_NEAR(posture.Gains()[0], 4.0, 1e-6);
  for (const auto& unknown : {std::optional<TaskVector>(),
                              std::optional<TaskVector>(TaskVector(std::nan(""), 0.0, 0.0))}) {
    posture.OnPosition(unknown);
    EXPECT_EQ(posture.Gains(), Eigen::VectorXd::Zero(2));
    posture.Learn();
  }
  EXPECT_TRUE(posture.was_known());
}

TEST(ArmPosture, ACopyHasTheSameIdeaOfWhatIsUsual) {
  ArmPosture one(2, 0.999), other(2, 0.999);
  one.OnPosition(TaskVector(0.3, 0.0, 0.0));
  one.Learn();
  other.CopyWeightsFrom(one);
  for (ArmPosture* posture : {&one, &other}) posture->OnPosition(TaskVector(0.1, 0.2, 0.0));
  EXPECT_EQ(other.Gains(), one.Gains());
  EXPECT_TRUE(other.IsHealthy());
}

TEST(ArmPosture, AMeanThatIsNotFiniteIsSeen) {
  ArmPosture posture(2, 0.999);
  const double largest = std::numeric_limits<double>::max();
  for (const double x : {largest, -largest}) {
    posture.OnPosition(TaskVector(x, 0.0, 0.0));
    posture.Learn();
  }
  EXPECT_FALSE(posture.IsHealthy());
}

}  // namespace
}  // namespace efferent
