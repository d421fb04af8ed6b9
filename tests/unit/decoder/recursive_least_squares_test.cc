#include "decoder/linear/recursive_least_squares.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <numbers>
#include <random>

namespace efferent {
namespace {

struct Samples {
  Eigen::MatrixXd phi;  // n x F
  Eigen::MatrixXd y;    // n x D
};

Samples Draw(int n, int features, int outputs) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(random); };
  Samples samples;
  samples.phi = Eigen::MatrixXd::NullaryExpr(n, features, draw);
  const Eigen::MatrixXd truth = Eigen::MatrixXd::NullaryExpr(features, outputs, draw);
  samples.y = samples.phi * truth + 0.1 * Eigen::MatrixXd::NullaryExpr(n, outputs, draw);
  return samples;
}

Eigen::MatrixXd Estimate(const Samples& samples, double forgetting, double ridge) {
  RecursiveLeastSquares rls(static_cast<int>(samples.phi.cols()), forgetting, ridge);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(samples.phi.cols(), samples.y.cols());
  for (Eigen::Index k = 0; k < samples.phi.rows(); ++k) {
    const Eigen::VectorXd phi = samples.phi.row(k).transpose();
    const Eigen::VectorXd error = w.transpose() * phi - samples.y.row(k).transpose();
    rls.Update(phi, error, 1.0, &w);
  }
  return w;
}

TEST(RecursiveLeastSquares, EqualsWeightedRidgeRegressionOnAllSamplesAtOnce) {
  const int n = 300, features = 12;
  const Samples samples = Draw(n, features, 2);
  const double forgetting = 0.99, ridge = 0.5;
  Eigen::VectorXd weight(n);
  for (int k = 0; k < n; ++k) weight[k] = std::pow(forgetting, n - 1 - k);
  const Eigen::MatrixXd gram =
      samples.phi.transpose() * weight.asDiagonal() * samples.phi +
      std::pow(forgetting, n) * ridge * Eigen::MatrixXd::Identity(features, features);
  const Eigen::MatrixXd batch =
      gram.ldlt().solve(samples.phi.transpose() * weight.asDiagonal() * samples.y);
  EXPECT_LT((Estimate(samples, forgetting, ridge) - batch).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(RecursiveLeastSquares, SamplesThatWaitTeachInOnePassWhatTheyTeachOneByOne) {
  constexpr int kFeatures = 37;
  constexpr std::size_t kMost = 4;
  RecursiveLeastSquares one_by_one(kFeatures, 0.98, 30.0);
  RecursiveLeastSquares together(kFeatures, 0.98, 30.0, kernels::Kernels(), kMost);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(kFeatures, 2), w_together = w;
  const Samples samples = Draw(800, kFeatures, 2);
  std::size_t waiting = 0;
  for (Eigen::Index k = 0; k < samples.phi.rows(); ++k) {
    const Eigen::VectorXd phi = samples.phi.row(k).transpose();
    const Eigen::VectorXd y = samples.y.row(k).transpose();
    const double evidence = k % 3 == 0 ? 0.4 : 1.0;
    one_by_one.Update(phi, w.transpose() * phi - y, evidence, &w);
    together.Take(phi, w_together.transpose() * phi - y, evidence);
    // Any number of them, up to the most, in one part or several.
    if (++waiting < 1 + static_cast<std::size_t>(k) % kMost) continue;
    waiting = 0;
    for (std::size_t part = 0; part < 3; ++part) together.Advance(part, 3, &w_together);
    ASSERT_LT((w - w_together).cwiseAbs().maxCoeff(), 1e-9) << "sample " << k;
    for (int i = 0; i < kFeatures; ++i) {
      ASSERT_NEAR(together.variance(i), one_by_one.variance(i), 1e-9 * one_by_one.variance(i));
    }
  }
}

TEST(RecursiveLeastSquares, OfMoreSamplesThanMayWaitTheLastAreLost) {
  RecursiveLeastSquares two(8, 0.99, 30.0, kernels::Kernels(), 2), three = two;
  Eigen::MatrixXd w_two = Eigen::MatrixXd::Zero(8, 1), w_three = w_two;
  for (const double error : {1.0, -2.0, 3.0}) {
    const Eigen::VectorXd phi = Eigen::VectorXd::LinSpaced(8, error, 1.0);
    if (error < 3.0) two.Take(phi, Eigen::VectorXd::Constant(1, error), 1.0);
    three.Take(phi, Eigen::VectorXd::Constant(1, error), 1.0);
  }
  two.Advance(0, 1, &w_two);
  three.Advance(0, 1, &w_three);
  EXPECT_FALSE(w_two.isZero(0.0));
  EXPECT_EQ(w_three, w_two);
}

TEST(RecursiveLeastSquares, FeatureThatFallsSilentDoesNotBlowUpItsVariance) {
  const int features = 4;
  RecursiveLeastSquares rls(features, 0.99, 1.0);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(features, 1);
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (int k = 0; k < 200000; ++k) {
    Eigen::VectorXd phi(features);
    for (double& value : phi) value = normal(random);
    if (k > 1000) phi[2] = 0.0;
    const Eigen::VectorXd error =
        Eigen::VectorXd::Constant(1, (w.transpose() * phi)[0] - phi.sum());
    rls.Update(phi, error, 1.0, &w);
  }
  EXPECT_LE(rls.variance(2), 10.0 + 1e-9);
  EXPECT_GT(rls.variance(0), 0.0);
  EXPECT_TRUE(w.isApproxToConstant(1.0, 1e-6));
}

// Its matrix is padded to whole tiles; what is beyond the last feature must not grow while it forgets.
TEST(RecursiveLeastSquares, FeaturesThatDoNotFillATileAreForgottenAndLearntForEver) {
  const int features = 5;
  RecursiveLeastSquares rls(features, 0.9, 1.0);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(features, 1);
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (int k = 0; k < 50000; ++k) {  // 0.9^-50000 is 1e2288
    Eigen::VectorXd phi(features);
    for (double& value : phi) value = normal(random);
    const double truth = k < 25000 ? 1.0 : 2.0;
    const Eigen::VectorXd error =
        Eigen::VectorXd::Constant(1, (w.transpose() * phi)[0] - truth * phi.sum());
    rls.Update(phi, error, 1.0, &w);
  }
  EXPECT_GT(rls.variance(0), 0.0);
  EXPECT_TRUE(w.isApproxToConstant(2.0, 1e-6)) << w.transpose();
}

TEST(RecursiveLeastSquares, LearningInPartsGivesTheBitsOfLearningAtOnce) {
  constexpr int kFeatures = 37;
  RecursiveLeastSquares whole(kFeatures, 0.99, 30.0), parts(kFeatures, 0.99, 30.0);
  Eigen::MatrixXd w_whole = Eigen::MatrixXd::Zero(kFeatures, 2), w_parts = w_whole;
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (std::size_t k = 0; k < 200; ++k) {
    const Eigen::VectorXd phi =
        Eigen::VectorXd::NullaryExpr(kFeatures, [&] { return normal(random); });
    const Eigen::VectorXd error = w_whole.transpose() * phi - phi.head(2);
    whole.Update(phi, error, 0.7, &w_whole);
    parts.Take(phi, error, 0.7);
    const std::size_t num_parts = 1 + k % 80;  // more than there are columns, too
    for (std::size_t part = 0; part < num_parts; ++part) {
      ASSERT_NE(w_parts, w_whole) << "before part " << part << " of sample " << k;
      parts.Advance(part, num_parts, &w_parts);
    }
    ASSERT_EQ(w_parts, w_whole) << "sample " << k;
  }
}

TEST(RecursiveLeastSquares, WithoutASampleInHandNothingIsLearnt) {
  RecursiveLeastSquares rls(8, 0.99, 30.0);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(8, 1);
  rls.Advance(0, 1, &w);
  rls.Take(Eigen::VectorXd::Ones(8), Eigen::VectorXd::Ones(1), 1.0);
  rls.Advance(0, 2, &w);
  rls.Reset();
  rls.Advance(1, 2, &w);
  EXPECT_TRUE(w.isZero(0.0));
  EXPECT_EQ(rls.variance(7), 1.0 / 30.0);
}

// Forty features that are waves of four frequencies: rounding had made variances negative after some
// 20,000 samples, and weights NaN after 48,432.
TEST(RecursiveLeastSquares, FeaturesThatSayLessThanTheirNumberLeaveVariancesPositive) {
  const int features = 40;
  RecursiveLeastSquares rls(features, std::exp2(-0.01 / 0.4), 30.0);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(features, 1);
  Eigen::VectorXd phi(features);
  for (int k = 0; k < 100000; ++k) {
    for (int i = 0; i < features; ++i) {
      const double phase = 2.0 * std::numbers::pi * (k % 150) / 150.0;
      phi[i] = std::sin(phase * (1 + i % 4) + i % 7);
    }
    phi[features - 1] = 1.0;
    const Eigen::VectorXd error = Eigen::VectorXd::Constant(1, (w.transpose() * phi)[0] - 0.1);
    rls.Update(phi, error, 1.0, &w);
    for (int i = 0; i < features; ++i) ASSERT_GT(rls.variance(i), 0.0) << "sample " << k;
  }
  EXPECT_NEAR((w.transpose() * phi)[0], 0.1, 1e-3);
}

}  // namespace
}  // namespace efferent
