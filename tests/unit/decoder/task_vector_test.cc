#include <gtest/gtest.h>

#include <cmath>

#include "decoder/types.h"

namespace efferent {
namespace {

TEST(TaskVector, StartsAtZeroInEveryDimension) {
  EXPECT_EQ(TaskVector().cwiseAbs().maxCoeff(), 0.0);
  EXPECT_EQ(TaskVector(1.0, 2.0).tail(kMaxDimensions - 2).cwiseAbs().maxCoeff(), 0.0);
}

TEST(TaskVector, TakesOverAShorterVector) {
  Eigen::VectorXd five(5);
  five << 1, 2, 3, 4, 5;
  const TaskVector vector = ToTaskVector(five);
  EXPECT_EQ(vector.head(5), five);
  EXPECT_EQ(vector.tail(3).cwiseAbs().maxCoeff(), 0.0);
}

// 0.1 + 0.2 + 0.3 and 0.1 + (0.2 + 0.3) are two numbers in IEEE 754 double precision.
TEST(TaskVector, AddsInTheOrderOfTheDimensions) {
  const TaskVector ones(1.0, 1.0, 1.0), terms(0.1, 0.2, 0.3);
  EXPECT_EQ(Dot(ones, terms), (0.1 + 0.2) + 0.3);
  EXPECT_NE(Dot(ones, terms), 0.1 + (0.2 + 0.3));
}

TEST(TaskVector, NormCountsEveryDimension) {
  TaskVector vector;
  vector[0] = 3.0;
  vector[kMaxDimensions - 1] = 4.0;
  EXPECT_EQ(SquaredNorm(vector), 25.0);
  EXPECT_EQ(Norm(vector), 5.0);
}

}  // namespace
}  // namespace efferent
