#include "clients/evaluation/confidence_interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace efferent {
namespace {

// Student's t for 2 degrees of freedom at 0.975 is 4.3027 (any table): 2 +- 4.3027 / sqrt(3).
TEST(ConfidenceInterval, MeanOfThreeRunsHasStudentsInterval) {
  const MeanOfRuns runs = SummarizeRuns({1.0, 2.0, 3.0});
  EXPECT_DOUBLE_EQ(runs.mean, 2.0);
  ASSERT_TRUE(runs.interval);
  EXPECT_NEAR(runs.interval->low, 2.0 - 2.48414, 1e-4);
  EXPECT_NEAR(runs.interval->high, 2.0 + 2.48414, 1e-4);
}

TEST(ConfidenceInterval, ASingleRunHasNone) {
  EXPECT_EQ(SummarizeRuns({5.0}).mean, 5.0);
  EXPECT_FALSE(SummarizeRuns({5.0}).interval);
  EXPECT_FALSE(BootstrapInterval(1, [](auto) { return 1.0; }));
}

// x = 2 y + (1, -2, 1), mean y = 2: residuals (0.5, -1, 0.5) of deviation sqrt(0.75), half width
// 4.3027 sqrt(0.75 / 3) = 2.1513.
TEST(ConfidenceInterval, RatioOfPairedMeansForgetsWhatRunsHaveInCommon) {
  const auto ratio = SummarizeRatio({3.0, 2.0, 7.0}, {1.0, 2.0, 3.0});
  ASSERT_TRUE(ratio);
  EXPECT_DOUBLE_EQ(ratio->mean, 2.0);
  EXPECT_NEAR(ratio->interval->low, 2.0 - 2.1513, 1e-3);
  EXPECT_NEAR(ratio->interval->high, 2.0 + 2.1513, 1e-3);
  const auto exact = SummarizeRatio({2.0, 200.0}, {1.0, 100.0});
  EXPECT_NEAR(exact->interval->high - exact->interval->low, 0.0, 1e-12);
}

TEST(ConfidenceInterval, RatioBearsARunWithoutAnyButNotAllOfThem) {
  EXPECT_DOUBLE_EQ(SummarizeRatio({1.0, 3.0}, {0.0, 2.0})->mean, 2.0);
  EXPECT_FALSE(SummarizeRatio({1.0, 3.0}, {0.0, 0.0}));
  EXPECT_FALSE(SummarizeRatio({1.0}, {2.0})->interval);
}

// The mean of 0, 1, ..., 99 has the standard error sqrt(833.25 / 100) = 2.887: 49.5 +- 5.66. The
// bootstrap's own noise at 2,000 resamples is some 4 % of that.
TEST(ConfidenceInterval, BootstrapOfAMeanIsNearTheNormalOne) {
  const auto mean = [](std::span<const int> times_drawn) -> std::optional<double> {
    double sum = 0.0;
    for (std::size_t i = 0; i < times_drawn.size(); ++i) {
      sum += times_drawn[i] * static_cast<double>(i);
    }
    return sum / 100.0;
  };
  const auto interval = BootstrapInterval(100, mean);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 49.5 - 5.66, 0.6);
  EXPECT_NEAR(interval->high, 49.5 + 5.66, 0.6);
}

TEST(ConfidenceInterval, EveryResampleDrawsAsManyUnitsAndTheSameOnesForEveryStatistic) {
  std::vector<std::vector<int>> first, second;
  BootstrapInterval(7, [&](std::span<const int> times_drawn) {
    first.emplace_back(times_drawn.begin(), times_drawn.end());
    return std::optional(0.0);
  });
  BootstrapInterval(7, [&](std::span<const int> times_drawn) {
    second.emplace_back(times_drawn.begin(), times_drawn.end());
    return std::optional(1.0);
  });
  EXPECT_EQ(first.size(), static_cast<std::size_t>(kBootstrapResamples));
  EXPECT_EQ(first, second);
  for (const auto& draw : first) EXPECT_EQ(std::accumulate(draw.begin(), draw.end(), 0), 7);
}

TEST(ConfidenceInterval, UndefinedResamplesAreLeftOut) {
  int calls = 0;
  const auto interval = BootstrapInterval(3, [&](auto) -> std::optional<double> {
    return ++calls % 2 == 0 ? std::optional(4.0) : std::nullopt;
  });
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 4.0);
  EXPECT_FALSE(BootstrapInterval(3, [](auto) { return std::optional<double>(); }));
}

}  // namespace
}  // namespace efferent
