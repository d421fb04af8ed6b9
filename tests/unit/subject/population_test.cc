#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <string>

#include "clients/subject/population.h"
#include "clients/subject/population_file.h"

namespace efferent::subject {
namespace {

std::string ErrorOf(const std::string& text) {
  std::istringstream in(text);
  try {
    ReadPopulation(in, "p.csv");
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "no error";
}

TEST(PopulationFile, ReadsDirectionAndRatesOfEachLine) {
  std::istringstream in("0.6,0.8,3.5,76.25\n\n -1 , 0 , 0.0 , 59.3\r\n");
  const Population population = ReadPopulation(in, "p.csv");
  ASSERT_EQ(population.size(), 2u);
  EXPECT_DOUBLE_EQ(population[0].preferred_direction.x(), 0.6);
  EXPECT_DOUBLE_EQ(population[0].preferred_direction.y(), 0.8);
  EXPECT_DOUBLE_EQ(population[0].min_rate_hz, 3.5);
  EXPECT_DOUBLE_EQ(population[0].max_rate_hz, 76.25);
  EXPECT_DOUBLE_EQ(population[1].preferred_direction.x(), -1.0);
  EXPECT_DOUBLE_EQ(population[1].max_rate_hz, 59.3);
}

TEST(PopulationFile, SaysWhichLineIsWrongAndWhy) {
  EXPECT_EQ(ErrorOf("1,0,0,50\n1,0,0\n"),
            "p.csv:2: has 3 columns, must have 4: cos, sin, minimum rate, maximum rate");
  EXPECT_EQ(ErrorOf("1,0,0,50,7\n"), "p.csv:1: has more than 4 columns");
  EXPECT_EQ(ErrorOf("cos,sin,min,max\n"), "p.csv:1: cos is `cos`, must be a number");
  EXPECT_EQ(ErrorOf("1,0,,50\n"), "p.csv:1: minimum rate is ``, must be a number");
  EXPECT_EQ(ErrorOf("1,0,0,nan\n"), "p.csv:1: maximum rate is not finite");
  EXPECT_EQ(ErrorOf("1,1,0,50\n"),
            "p.csv:1: cos and sin have length 1.414214, must be a unit vector");
  EXPECT_EQ(ErrorOf("1,0,-1,50\n"), "p.csv:1: minimum rate is -1.000000 Hz, must be >= 0");
  EXPECT_EQ(
      ErrorOf("1,0,5,5\n"),
      "p.csv:1: maximum rate is 5.000000 Hz, must be above the minimum rate and at most 1000");
  EXPECT_EQ(ErrorOf("\n\n"), "p.csv: holds no neuron");
}

TEST(PopulationFile, ThatIsMissingOrNoFileIsAnError) {
  EXPECT_THROW(LoadPopulation("/nonexistent/p.csv"), std::runtime_error);
  EXPECT_THROW(LoadPopulation(testing::TempDir()), std::runtime_error);
}

TEST(DrawPopulation, IsSettledByItsSeed) {
  const Population a = DrawPopulation(96, 7), b = DrawPopulation(96, 7), c = DrawPopulation(96, 8);
  ASSERT_EQ(a.size(), 96u);
  int differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].preferred_direction, b[i].preferred_direction);
    EXPECT_EQ(a[i].max_rate_hz, b[i].max_rate_hz);
    differing += a[i].max_rate_hz != c[i].max_rate_hz;
  }
  EXPECT_EQ(differing, 96);
}

// Means of U(40, 100) and of (0 with probability 1/2, else U(0, 5)); 4 standard errors of the mean
// of 4,000 neurons.
TEST(DrawPopulation, HasTheStatisticsOfTheTask) {
  const Population population = DrawPopulation(4000, 1);
  Vec3 direction = Vec3::Zero();
  double min_rate = 0.0, max_rate = 0.0;
  int zero = 0;
  for (const Neuron& n : population) {
    EXPECT_NEAR(n.preferred_direction.norm(), 1.0, 1e-12);
    EXPECT_TRUE(n.max_rate_hz >= 40.0 && n.max_rate_hz <= 100.0);
    EXPECT_TRUE(n.min_rate_hz >= 0.0 && n.min_rate_hz <= 5.0);
    direction += n.preferred_direction / 4000.0;
    min_rate += n.min_rate_hz / 4000.0;
    max_rate += n.max_rate_hz / 4000.0;
    zero += n.min_rate_hz == 0.0;
  }
  EXPECT_NEAR(max_rate, 70.0, 4 * 17.3 / std::sqrt(4000.0));
  EXPECT_NEAR(min_rate, 1.25, 4 * 1.61 / std::sqrt(4000.0));
  EXPECT_NEAR(zero, 2000, 4 * std::sqrt(1000.0));
  EXPECT_LT(direction.norm(), 4 / std::sqrt(4000.0));
}

// A coordinate of a point that is uniform on the sphere has mean 0 and variance 1/3; the variance of
// its square is 1/5 - 1/9 = 0.0889. 4 standard errors.
TEST(DrawPopulation, InSpaceIsUniformOnTheSphere) {
  Vec3 mean = Vec3::Zero(), square = Vec3::Zero();
  for (const Neuron& n : DrawPopulation(4000, 3, 3)) {
    EXPECT_NEAR(n.preferred_direction.norm(), 1.0, 1e-12);
    mean += n.preferred_direction / 4000.0;
    square += n.preferred_direction.cwiseAbs2() / 4000.0;
  }
  for (int axis = 0; axis < 3; ++axis) {
    EXPECT_NEAR(mean[axis], 0.0, 4 * std::sqrt(1.0 / 3 / 4000));
    EXPECT_NEAR(square[axis], 1.0 / 3, 4 * std::sqrt(0.0889 / 4000));
  }
}

TEST(DrawPostureTuning, HasItsMeanAndSpread) {
  Population population = DrawPopulation(4000, 1);
  DrawPostureTuning({1.0, 2.0, 0.5}, 1, &population);
  double mean = 0.0, variance = 0.0;
  for (const Neuron& n : population) mean += n.posture_gain / 4000.0;
  for (const Neuron& n : population) variance += std::pow(n.posture_gain - mean, 2) / 4000.0;
  EXPECT_NEAR(mean, 1.0, 4 * 2.0 / std::sqrt(4000.0));
  EXPECT_NEAR(variance, 4.0, 4 * 4.0 * std::sqrt(2.0 / 4000.0));
}

TEST(DrawPopulation, RefusesAnImpossibleNumber) {
  EXPECT_THROW(DrawPopulation(96, 1, 4), std::invalid_argument);
  EXPECT_THROW(DrawPopulation(0, 1), std::invalid_argument);
  EXPECT_THROW(DrawPopulation(4097, 1), std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject
