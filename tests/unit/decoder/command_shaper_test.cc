#include "decoder/command_shaper.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace efferent {
namespace {

constexpr TimeNs kWidth = 10'000'000;

LimitParams Limits(double speed, double acceleration) {
  LimitParams params;
  params.max_speed_m_s = speed;
  params.max_acceleration_m_s2 = acceleration;
  return params;
}

TEST(CommandShaper, BoundsSpeedAndKeepsTheDirection) {
  CommandShaper shaper(Limits(1.0, 1e6), kWidth);
  EXPECT_TRUE(
      shaper.Shape(TaskVector(3.0, 4.0, 0.0), std::nullopt)->isApprox(TaskVector(0.6, 0.8, 0.0)));
}

TEST(CommandShaper, BoundsTheChangeOfVelocityInEveryDirection) {
  CommandShaper shaper(Limits(1.0, 10.0), kWidth);
  EXPECT_NEAR(shaper.Shape(TaskVector(1.0, 0.0, 0.0), std::nullopt)->x(), 0.1, 1e-12);
  EXPECT_NEAR(shaper.Shape(TaskVector(1.0, 0.0, 0.0), std::nullopt)->x(), 0.2, 1e-12);
  EXPECT_NEAR(shaper.Shape(TaskVector(-1.0, 0.0, 0.0), std::nullopt)->x(), 0.1, 1e-12);
}

TEST(CommandShaper, DoesNotLeadOutOfTheWorkspace) {
  LimitParams params = Limits(1.0, 1e6);
  params.workspace.min_m.head(2).setConstant(-0.1);
  params.workspace.max_m.head(2).setConstant(0.1);
  CommandShaper shaper(params, kWidth);
  const TaskVector at_edge(0.0999, 0.0, 0.0);
  EXPECT_TRUE(
      shaper.Shape(TaskVector(0.5, 0.5, 0.0), at_edge)->isApprox(TaskVector(0.0, 0.5, 0.0)));
  EXPECT_TRUE(shaper.Shape(TaskVector(-0.5, 0.0, 0.0), TaskVector(0.3, 0.0, 0.0))
                  ->isApprox(TaskVector(-0.5, 0.0, 0.0)))
      << "the way back in is open";
}

TEST(CommandShaper, RefusesWhatIsNotFiniteAndBoundsWhatIsHuge) {
  CommandShaper shaper(Limits(1.0, 1e6), kWidth);
  EXPECT_FALSE(shaper.Shape(TaskVector(std::nan(""), 0.0, 0.0), std::nullopt));
  EXPECT_FALSE(
      shaper.Shape(TaskVector(0.0, std::numeric_limits<double>::infinity(), 0.0), std::nullopt));
  const auto huge =
      shaper.Shape(TaskVector::Constant(std::numeric_limits<double>::max()), std::nullopt);
  ASSERT_TRUE(huge);
  EXPECT_NEAR(Norm(*huge), 1.0, 1e-9);
}

TEST(CommandShaper, AfterAStopItAcceleratesFromZero) {
  CommandShaper shaper(Limits(1.0, 10.0), kWidth);
  for (int k = 0; k < 5; ++k) shaper.Shape(TaskVector(1.0, 0.0, 0.0), std::nullopt);
  shaper.Reset();
  EXPECT_NEAR(shaper.Shape(TaskVector(1.0, 0.0, 0.0), std::nullopt)->x(), 0.1, 1e-12);
}

TEST(CommandShaper, RefusesAnEmptyWorkspaceByName) {
  LimitParams params;
  params.workspace.min_m[1] = 1.0;
  params.workspace.max_m[1] = -1.0;
  params.max_speed_m_s = 0.0;
  try {
    CommandShaper(params, kWidth);
    FAIL();
  } catch (const InvalidParameters& error) {
    ASSERT_EQ(error.violations().size(), 2u);
    EXPECT_EQ(error.violations()[0].field, "limits.max_speed_m_s");
    EXPECT_EQ(error.violations()[1].field, "limits.workspace_max_m[1]");
  }
}

}  // namespace
}  // namespace efferent
