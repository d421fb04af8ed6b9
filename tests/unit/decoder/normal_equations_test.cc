#include "decoder/linear/normal_equations.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <random>

namespace efferent {
namespace {

constexpr int kFeatures = 40;
constexpr double kKeep = 0.99, kRidge = 5.0;

struct Sample {
  Eigen::VectorXd phi, y;
};

/// Correlated features (each shares half of its variance with a common cause) and noisy targets.
class Source {
 public:
  Source() {
    weights_ = Eigen::MatrixXd::NullaryExpr(kFeatures, 2, [&] { return Normal(); });
  }
  Sample Next() {
    const double common = Normal();
    Sample sample;
    sample.phi = Eigen::VectorXd::NullaryExpr(kFeatures, [&] { return Normal() + common; });
    sample.y = weights_.transpose() * sample.phi + Eigen::Vector2d(Normal(), Normal());
    return sample;
  }

  const Eigen::MatrixXd& weights() const { return weights_; }

 private:
  double Normal() { return normal_(random_); }
  std::mt19937_64 random_{21};
  std::normal_distribution<double> normal_;
  Eigen::MatrixXd weights_;
};

/// The same sums in plain matrices, solved exactly.
struct Batch {
  Eigen::MatrixXd g = Eigen::MatrixXd::Zero(kFeatures, kFeatures);
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(kFeatures, 2);
  double weight = 0.0;

  void Add(const Sample& sample) {
    g = kKeep * g + sample.phi * sample.phi.transpose();
    b = kKeep * b + sample.phi * sample.y.transpose();
    weight = kKeep * weight + 1.0;
  }
  Eigen::MatrixXd Solve(const Eigen::MatrixXd& anchor) const {
    const double r = kRidge * g.trace() / kFeatures / weight;
    const Eigen::MatrixXd matrix = g + r * Eigen::MatrixXd::Identity(kFeatures, kFeatures);
    return matrix.ldlt().solve(b + r * anchor);
  }
};

TEST(NormalEquations, EnoughIterationsGiveTheWeightedRidgeRegression) {
  Source source;
  Batch batch;
  NormalEquations equations(kFeatures, 2, kKeep, kRidge);
  for (int k = 0; k < 200; ++k) {
    const Sample sample = source.Next();
    batch.Add(sample);
    equations.Add(sample.phi, sample.y);
  }
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(kFeatures, 2);
  equations.Improve(2 * kFeatures, &w);
  EXPECT_LT((w - batch.Solve(Eigen::MatrixXd::Zero(kFeatures, 2))).cwiseAbs().maxCoeff(), 1e-9);
}

// The claim that makes the Wiener decoder affordable: two iterations a sample stay by far
// nearer to the exact solution than that is to the truth.
TEST(NormalEquations, TwoIterationsASampleFollowTheExactSolution) {
  Source source;
  Batch batch;
  NormalEquations equations(kFeatures, 2, kKeep, kRidge);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(kFeatures, 2);
  for (int k = 0; k < 1000; ++k) {
    const Sample sample = source.Next();
    batch.Add(sample);
    equations.Add(sample.phi, sample.y);
    equations.Improve(2, &w);
    if (k < 20) continue;
    const Eigen::MatrixXd exact = batch.Solve(Eigen::MatrixXd::Zero(kFeatures, 2));
    ASSERT_LT((w - exact).norm(), 0.4 * (exact - source.weights()).norm()) << "sample " << k;
    if (k >= 200) {
      ASSERT_LT((w - exact).norm(), 0.02 * exact.norm()) << "sample " << k;
    }
  }
}

TEST(NormalEquations, AfterForgettingTheRidgePullsTowardsTheWeightsThatWereThere) {
  Source source;
  NormalEquations equations(kFeatures, 2, kKeep, kRidge);
  const Eigen::MatrixXd anchor = Eigen::MatrixXd::Constant(kFeatures, 2, 0.5);
  equations.Add(source.Next().phi, Eigen::Vector2d(1.0, 1.0));
  equations.Clear(anchor);
  Eigen::MatrixXd w = anchor;
  equations.Improve(3, &w);
  EXPECT_EQ(w, anchor);

  Batch batch;
  for (int k = 0; k < 3; ++k) {
    const Sample sample = source.Next();
    batch.Add(sample);
    equations.Add(sample.phi, sample.y);
  }
  equations.Improve(2 * kFeatures, &w);
  EXPECT_LT((w - batch.Solve(anchor)).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(NormalEquations, SilenceTeachesNothing) {
  NormalEquations equations(3, 2, kKeep, kRidge);
  equations.Add(Eigen::Vector3d::Zero(), Eigen::Vector2d(1.0, 1.0));
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(3, 2);
  equations.Improve(2, &w);
  EXPECT_TRUE(w.isZero());
}

}  // namespace
}  // namespace efferent
