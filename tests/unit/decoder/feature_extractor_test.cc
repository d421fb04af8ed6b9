#include "decoder/feature_extractor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;

TEST(FeatureExtractor, NormalisesToZeroMeanAndUnitDeviation) {
  FeatureParams params;
  params.saturation = 0.0;
  FeatureExtractor extractor(params, 1, kWidth);
  std::mt19937_64 random(3);
  std::poisson_distribution<int> counts(4.0);
  double sum = 0.0, squares = 0.0;
  for (int k = 0; k < 20000; ++k) {
    const float feature =
        extractor.Extract(Eigen::VectorXf::Constant(1, static_cast<float>(counts(random))))[0];
    if (k < 10000) continue;
    sum += feature;
    squares += feature * feature;
  }
  EXPECT_NEAR(sum / 10000, 0.0, 0.05);
  EXPECT_NEAR(squares / 10000, 1.0, 0.05);
}

TEST(FeatureExtractor, BeforeTheTimeConstantTheStatisticsAreThePlainOnes) {
  FeatureExtractor extractor({}, 1, kWidth);
  for (const float count : {1.0f, 2.0f, 6.0f})
    extractor.Extract(Eigen::VectorXf::Constant(1, count));
  EXPECT_NEAR(extractor.mean()[0], 3.0, 1e-6);
  EXPECT_NEAR(extractor.variance()[0], 14.0 / 3.0, 1e-5);
}

TEST(FeatureExtractor, SilentChannelStaysFiniteAndItsFirstSpikeBounded) {
  FeatureParams params;
  FeatureExtractor extractor(params, 1, kWidth);
  for (int k = 0; k < 5000; ++k) EXPECT_EQ(extractor.Extract(Eigen::VectorXf::Zero(1))[0], 0.0f);
  const float first = extractor.Extract(Eigen::VectorXf::Ones(1))[0];
  EXPECT_GT(first, 0.0f);
  EXPECT_LE(first, 1.0 / params.min_standard_deviation);
}

// The bound is 8 deviations or 3 counts: with these two counts in turn, a deviation of 1, 8 counts.
TEST(FeatureExtractor, WildBinsMoveWhatIsUsualNoFurtherThanTheBound) {
  FeatureParams params;
  FeatureExtractor wild(params, 1, kWidth), bounded(params, 1, kWidth);
  for (int k = 0; k < 3000; ++k) {
    const Eigen::VectorXf counts = Eigen::VectorXf::Constant(1, k % 2 == 0 ? 3.0f : 5.0f);
    wild.Extract(counts);
    bounded.Extract(counts);
  }
  wild.Extract(Eigen::VectorXf::Constant(1, 1e6f));
  bounded.Extract(Eigen::VectorXf::Constant(1, 12.0f));
  EXPECT_NEAR(wild.mean()[0], bounded.mean()[0], 1e-3);
  EXPECT_NEAR(wild.variance()[0], bounded.variance()[0], 1e-2);
}

TEST(FeatureExtractor, AWildBinSaturatesAndAnOrdinaryOneHardly) {
  FeatureParams params;
  params.saturation = 4.0;
  FeatureExtractor bounded(params, 1, kWidth);
  params.saturation = 0.0;
  FeatureExtractor unbounded(params, 1, kWidth);
  const auto after = [](FeatureExtractor* extractor, float count) {
    for (int k = 0; k < 500; ++k) {
      extractor->Extract(Eigen::VectorXf::Constant(1, k % 2 == 0 ? 3.0f : 5.0f));
    }
    return extractor->Extract(Eigen::VectorXf::Constant(1, count))[0];
  };
  EXPECT_NEAR(after(&bounded, 4.5f), after(&unbounded, 4.5f), 0.02);
  EXPECT_GT(after(&unbounded, 1000.0f), 20.0f);
  EXPECT_LE(after(&bounded, 1000.0f), 4.0f);
  EXPECT_GE(after(&bounded, -1000.0f), -4.0f);
}

TEST(FeatureExtractor, SmootherHasTheStatedTimeConstant) {
  FeatureParams params;
  params.normalize = false;
  params.smoothing_tau_s = 0.1;
  FeatureExtractor extractor(params, 1, kWidth);
  for (int k = 0; k < 5; ++k) extractor.Extract(Eigen::VectorXf::Ones(1));  // 0.1 s
  EXPECT_NEAR(extractor.Extract(Eigen::VectorXf::Ones(1))[0], 1.0 - std::exp(-0.12 / 0.1), 1e-5);
}

TEST(FeatureExtractor, NamesEveryFieldOutOfBounds) {
  FeatureParams params;
  params.normalization_tau_s = -1.0;
  params.smoothing_tau_s = std::nan("");
  try {
    FeatureExtractor(params, 1, kWidth);
    FAIL();
  } catch (const InvalidParameters& error) {
    ASSERT_EQ(error.violations().size(), 2u);
    EXPECT_EQ(error.violations()[0].field, "features.normalization_tau_s");
    EXPECT_EQ(error.violations()[1].field, "features.smoothing_tau_s");
  }
}

}  // namespace
}  // namespace efferent
