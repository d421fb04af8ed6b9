#include "clients/evaluation/recording/resampled_figures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "clients/acquisition/scoring.h"

namespace efferent {
namespace {

ErrorsByUnit SomeErrors(int units) {
  std::mt19937_64 random(3);
  ErrorsByUnit errors(static_cast<std::size_t>(units));
  for (auto& unit : errors) {
    const auto bins = static_cast<std::size_t>(random() % 9);
    for (std::size_t i = 0; i < bins; ++i) {
      unit.push_back(std::uniform_real_distribution<double>(0.0, 180.0)(random));
    }
  }
  return errors;
}

std::vector<double> Flat(const ErrorsByUnit& errors) {
  std::vector<double> flat;
  for (const auto& unit : errors) flat.insert(flat.end(), unit.begin(), unit.end());
  return flat;
}

TEST(ResampledFigures, MedianAndMeanAreThoseOfAllBins) {
  for (const int units : {1, 2, 7, 40}) {
    const ErrorsByUnit errors = SomeErrors(units);
    const auto summary = Summarize(Flat(errors));
    ASSERT_TRUE(summary) << units;
    EXPECT_DOUBLE_EQ(MedianFigure(errors)->value, summary->median) << units;
    EXPECT_NEAR(MeanFigure(errors)->value, summary->mean, 1e-9) << units;
    EXPECT_EQ(MedianFigure(errors)->n, summary->n) << units;
  }
}

TEST(ResampledFigures, IntervalsSurroundTheValueAndNarrowWithMoreUnits) {
  const auto few = MedianFigure(SomeErrors(10));
  const auto many = MedianFigure(SomeErrors(400));
  for (const auto& figure : {few, many}) {
    ASSERT_TRUE(figure->interval);
    EXPECT_LE(figure->interval->low, figure->value);
    EXPECT_GE(figure->interval->high, figure->value);
  }
  EXPECT_LT(many->interval->high - many->interval->low, few->interval->high - few->interval->low);
}

// Units are what is drawn: if all bins of a unit agree, there are no more samples than units.
TEST(ResampledFigures, BinsOfATrialAreNotTakenForIndependent) {
  ErrorsByUnit once(20), repeated(20);
  for (std::size_t i = 0; i < 20; ++i) {
    once[i] = {static_cast<double>(i)};
    repeated[i].assign(50, static_cast<double>(i));
  }
  EXPECT_DOUBLE_EQ(MeanFigure(once)->interval->low, MeanFigure(repeated)->interval->low);
  EXPECT_DOUBLE_EQ(MeanFigure(once)->interval->high, MeanFigure(repeated)->interval->high);
}

// One direction ten times as common as the others: always pointing there has a small mean error, and
// the balanced one of a guess. (Errors to eight directions 45 degrees apart: 0, 45, 45, 90, 90, 135,
// 135, 180, whose mean is 90.)
TEST(ResampledFigures, BalancedErrorOfAGuessIsNinetyDegrees) {
  DirectedErrorsByUnit errors;
  const double degrees[] = {0, 45, 90, 135, 180, 135, 90, 45};
  for (std::size_t sector = 0; sector < kNumSectors; ++sector) {
    errors.emplace_back(sector == 0 ? 100 : 10, DirectedError{degrees[sector], sector});
  }
  EXPECT_DOUBLE_EQ(BalancedFigure(errors)->value, 90.0);
  EXPECT_EQ(BalancedFigure(errors)->n, 170);
  errors.pop_back();
  EXPECT_FALSE(BalancedFigure(errors)) << "a direction is missing";
}

TEST(ResampledFigures, WithoutBinsThereIsNothing) {
  EXPECT_FALSE(MedianFigure({{}, {}}));
  EXPECT_FALSE(MeanFigure({}));
  EXPECT_FALSE(RSquaredFigure({{}, {{1.0, 2.0}}}));
}

TEST(ResampledFigures, RSquaredIsThatOfTheStreamsReport) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  PairsByUnit pairs(12);
  PointTrack decoded, measured;
  for (auto& unit : pairs) {
    for (int bin = 0; bin < 15; ++bin) {
      const double m = 3.0 + normal(random);
      const double d = m + 0.5 * normal(random);
      unit.push_back({d, m});
      decoded.push_back(Point{d, 0, 0});
      measured.push_back(Point{m, 0, 0});
    }
  }
  const auto expected =
      ScoreRSquared(decoded, measured, 0, 0, static_cast<std::int64_t>(decoded.size()));
  EXPECT_NEAR(RSquaredFigure(pairs)->value, expected->value, 1e-12);
  EXPECT_EQ(RSquaredFigure(pairs)->n, expected->n);
}

TEST(ResampledFigures, CorrelationIgnoresScaleAndOffset) {
  PairsByUnit pairs(5);
  for (int i = 0; i < 50; ++i) {
    const double m = std::sin(i);
    pairs[static_cast<std::size_t>(i) % 5].push_back({0.1 * m - 7.0, m});
  }
  EXPECT_NEAR(CorrelationFigure(pairs)->value, 1.0, 1e-9);
  EXPECT_LT(RSquaredFigure(pairs)->value, 0.0);
}

TEST(ResampledFigures, AConstantHasNeitherCorrelationNorExplainsAnything) {
  PairsByUnit pairs(3);
  for (int i = 0; i < 30; ++i) {
    pairs[static_cast<std::size_t>(i) % 3].push_back({0.1, std::sin(i)});
  }
  EXPECT_FALSE(CorrelationFigure(pairs));
  EXPECT_LE(RSquaredFigure(pairs)->value, 0.0);
  for (auto& unit : pairs) {
    for (VelocityPair& pair : unit) pair = {pair.measured, 0.3};
  }
  EXPECT_FALSE(RSquaredFigure(pairs)) << "what was measured does not vary";
}

}  // namespace
}  // namespace efferent
