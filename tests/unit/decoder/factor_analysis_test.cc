#include "decoder/stabilized/factor_analysis.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <numbers>
#include <random>
#include <stdexcept>

namespace efferent {
namespace {

constexpr int kChannels = 12, kLatents = 3;

struct World {
  Eigen::MatrixXd loadings;   // kChannels x kLatents
  Eigen::VectorXd variances;  // kChannels
  Eigen::MatrixXd samples;    // n x kChannels
};

World Draw(int n) {
  std::mt19937_64 random(41);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(random); };
  World world;
  world.loadings = Eigen::MatrixXd::NullaryExpr(kChannels, kLatents, draw);
  world.variances = Eigen::VectorXd::NullaryExpr(kChannels, draw).cwiseAbs2().array() + 0.2;
  world.samples =
      Eigen::MatrixXd::NullaryExpr(n, kLatents, draw) * world.loadings.transpose() +
      Eigen::MatrixXd::NullaryExpr(n, kChannels, draw) * world.variances.cwiseSqrt().asDiagonal();
  world.samples.rowwise() += Eigen::RowVectorXd::LinSpaced(kChannels, -50.0, 50.0);
  return world;
}

FactorModel Start() {
  std::mt19937_64 random(42);
  std::normal_distribution<double> normal;
  return {Eigen::MatrixXd::NullaryExpr(kChannels, kLatents, [&] { return normal(random); }),
          Eigen::VectorXd::Ones(kChannels)};
}

Moments MomentsOf(const Eigen::MatrixXd& samples, double keep = 1.0) {
  Moments moments(kChannels, keep);
  for (Eigen::Index k = 0; k < samples.rows(); ++k) moments.Add(samples.row(k).transpose());
  return moments;
}

Eigen::MatrixXd Covariance(const Moments& moments) {
  Eigen::MatrixXd s(kChannels, kChannels);
  for (Eigen::Index k = 0; k < kChannels; ++k)
    s.col(k).tail(kChannels - k) = moments.ColumnBelow(k);
  return s.selfadjointView<Eigen::Lower>();
}

TEST(Moments, AreTheWeightedMeanAndCovarianceOfAllSamples) {
  const World world = Draw(60);
  const double keep = 0.95;
  const Moments moments = MomentsOf(world.samples, keep);
  Eigen::VectorXd weight(60);
  for (int k = 0; k < 60; ++k) weight[k] = std::pow(keep, 59 - k);
  const Eigen::VectorXd mean = world.samples.transpose() * weight / weight.sum();
  const Eigen::MatrixXd centered = world.samples.rowwise() - mean.transpose();
  const Eigen::MatrixXd covariance =
      centered.transpose() * weight.asDiagonal() * centered / weight.sum();
  EXPECT_LT((moments.mean() - mean).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((Covariance(moments) - covariance).cwiseAbs().maxCoeff(), 1e-12);
}

// The textbook's E and M steps with channel-sized inverses.
TEST(FactorAnalysisEm, AnIterationIsTheTextbooks) {
  const Moments data = MomentsOf(Draw(200).samples);
  const Eigen::MatrixXd s = Covariance(data);
  FactorModel model = Start();
  const Eigen::MatrixXd c = model.loadings;
  const Eigen::MatrixXd sigma = c * c.transpose() + Eigen::MatrixXd(model.variances.asDiagonal());
  const Eigen::MatrixXd beta = c.transpose() * sigma.inverse();
  const Eigen::MatrixXd second =
      Eigen::MatrixXd::Identity(kLatents, kLatents) - beta * c + beta * s * beta.transpose();
  const Eigen::MatrixXd next = s * beta.transpose() * second.inverse();
  const Eigen::VectorXd variances = (s - next * beta * s).diagonal();
  const double log_likelihood =
      -0.5 * (kChannels * std::log(2.0 * std::numbers::pi) + std::log(sigma.determinant()) +
              (sigma.inverse() * s).trace());

  FactorAnalysisEm em(kChannels, kLatents);
  EXPECT_NEAR(em.Iterate(data, 1e-6, &model), log_likelihood, 1e-9);
  EXPECT_LT((em.gain().transpose() - beta).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((model.loadings - next).cwiseAbs().maxCoeff(), 1e-10);
  EXPECT_LT((model.variances - variances).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(FactorAnalysisEm, ColumnByColumnIsTheSameAsAtOnce) {
  const Moments data = MomentsOf(Draw(200).samples);
  FactorModel at_once = Start(), in_parts = Start();
  FactorAnalysisEm em(kChannels, kLatents);
  em.Iterate(data, 0.01, &at_once);
  em.Begin(in_parts);
  int parts = 1;
  while (!em.AddColumns(data, 5)) ++parts;
  em.Finish(data, 0.01, &in_parts);
  EXPECT_EQ(parts, 3);
  EXPECT_EQ(in_parts.loadings, at_once.loadings);
  EXPECT_EQ(in_parts.variances, at_once.variances);
}

TEST(FitFactorAnalysis, FindsTheModelBehindTheDataUpToARotation) {
  const World world = Draw(20000);
  const FactorFit fit = FitFactorAnalysis(MomentsOf(world.samples), Start(), {.tolerance = 1e-3});
  const Eigen::MatrixXd shared = world.loadings * world.loadings.transpose();
  const Eigen::MatrixXd fitted = fit.model.loadings * fit.model.loadings.transpose();
  EXPECT_LT((fitted - shared).norm(), 0.05 * shared.norm());
  EXPECT_LT((fit.model.variances - world.variances).cwiseAbs().maxCoeff(), 0.1);
}

TEST(FitFactorAnalysis, LikelihoodNeverFallsAndTheFloorHolds) {
  World world = Draw(300);
  world.samples.col(4).setConstant(2.0);  // silent
  const Moments data = MomentsOf(world.samples);
  double last = -1e300;
  for (const int iterations : {1, 2, 4, 8, 16, 32}) {
    const FactorFit fit = FitFactorAnalysis(
        data, Start(), {.tolerance = 0.0, .min_variance = 0.05, .max_iterations = iterations});
    EXPECT_EQ(fit.num_iterations, iterations);
    EXPECT_GT(fit.log_likelihood, last);
    EXPECT_EQ(fit.model.variances[4], 0.05);
    last = fit.log_likelihood;
  }
}

TEST(FitFactorAnalysis, RefusesShapesThatDisagreeAndASingleSample) {
  const Moments data = MomentsOf(Draw(5).samples);
  EXPECT_THROW(FitFactorAnalysis(data, {Eigen::MatrixXd::Ones(3, 2), Eigen::VectorXd::Ones(3)}, {}),
               std::invalid_argument);
  EXPECT_THROW(FitFactorAnalysis(MomentsOf(Draw(1).samples), Start(), {}), std::invalid_argument);
}

}  // namespace
}  // namespace efferent
