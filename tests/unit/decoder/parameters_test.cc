#include "decoder/parameters.h"

#include <gtest/gtest.h>

#include "decoder/step.h"

namespace efferent {
namespace {

TEST(Parameters, EveryViolationIsNamedWithItsPathAndBound) {
  StepParams params;
  params.num_channels = 0;
  params.bin_width_ns = 20'000'000;
  params.limits.max_speed_m_s = -3.0;
  const std::vector<Violation> violations = CheckBounds(params, "config.");
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "config.num_channels");
  EXPECT_EQ(violations[1].field, "config.limits.max_speed_m_s");
  EXPECT_EQ(violations[1].description, "is -3, must be in [0.001, 100] m/s");
}

TEST(Parameters, NotANumberIsOutOfEveryBound) {
  LimitParams params;
  params.max_speed_m_s = std::nan("");
  EXPECT_EQ(CheckBounds(params).size(), 1u);
}

}  // namespace
}  // namespace efferent
