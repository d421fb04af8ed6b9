#include "decoder/kalman/steady_state.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <random>
#include <stdexcept>

namespace efferent {
namespace {

struct Model {
  Eigen::MatrixXd a, c, w, q;
};

Model Draw() {
  std::mt19937_64 random(31);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(random); };
  Model model;
  model.a = (Eigen::Matrix2d() << 0.9, 0.1, -0.1, 0.8).finished();
  model.c = Eigen::MatrixXd::NullaryExpr(6, 2, draw);
  model.w = 0.1 * Eigen::Matrix2d::Identity();
  const Eigen::MatrixXd root = Eigen::MatrixXd::NullaryExpr(6, 6, draw);
  model.q = root * root.transpose() + Eigen::MatrixXd::Identity(6, 6);
  return model;
}

// The textbook's recursion with its channel-sized inverse (Wu et al. 2006, eq. 4-6), 500 times.
TEST(SteadyStateGain, IsTheLimitOfTheTextbookRecursion) {
  const Model m = Draw();
  Eigen::MatrixXd p = Eigen::Matrix2d::Identity();
  Eigen::MatrixXd k;
  for (int i = 0; i < 500; ++i) {
    const Eigen::MatrixXd prior = m.a * p * m.a.transpose() + m.w;
    k = prior * m.c.transpose() * (m.c * prior * m.c.transpose() + m.q).inverse();
    p = (Eigen::Matrix2d::Identity() - k * m.c) * prior;
  }
  EXPECT_LT((SteadyStateGain(m.a, m.c, m.w, m.q) - k).cwiseAbs().maxCoeff(), 1e-12);
}

TuningModel WithDiagonalNoise(const Model& m) {
  TuningModel model;
  model.a = m.a;
  model.w = m.w;
  model.c = m.c;
  model.q = m.q.diagonal();
  model.d = Eigen::VectorXd::Zero(6);
  return model;
}

void ExpectConverged(const Model& m) {
  const TuningModel model = WithDiagonalNoise(m);
  Eigen::MatrixXd m1(2, 2), m2(2, 6);
  SteadyStateGains(model, &m1, &m2);
  const Eigen::MatrixXd k = SteadyStateGain(m.a, m.c, m.w, Eigen::MatrixXd(model.q.asDiagonal()));
  EXPECT_LT((m2 - k).norm(), 1e-8 * k.norm());
  EXPECT_LT((m1 - (m.a - k * m.c * m.a)).cwiseAbs().maxCoeff(), 1e-8);
}

TEST(SteadyStateGains, AgreeWithTheConvergedGainForADiagonalQ) { ExpectConverged(Draw()); }

TEST(SteadyStateGains, AgreeWithItWhereConvergingTakesHundredsOfBins) {
  Model m = Draw();
  m.a = Eigen::Matrix2d::Identity();
  m.w = 1e-4 * Eigen::Matrix2d::Identity();
  m.c *= 0.1;
  ExpectConverged(m);
}

TEST(SteadyStateGains, StayFiniteWhereAnUnseenVelocityIsSaidToGrow) {
  TuningModel model = WithDiagonalNoise(Draw());
  model.a *= 5.0;
  model.c.col(1).setZero();
  Eigen::MatrixXd m1(2, 2), m2(2, 6);
  SteadyStateGains(model, &m1, &m2);
  EXPECT_TRUE(m1.allFinite());
  EXPECT_TRUE(m2.allFinite());
}

TEST(SteadyStateGain, SaysWhatIsWrongWithItsInput) {
  const Model m = Draw();
  EXPECT_THROW(SteadyStateGain(m.a, m.c, m.w, -m.q), std::invalid_argument);
  EXPECT_THROW(SteadyStateGain(m.a, m.c.transpose(), m.w, m.q), std::invalid_argument);
  // Grows, and is never observed.
  EXPECT_THROW(SteadyStateGain(2.0 * m.a, 0.0 * m.c, m.w, m.q), std::invalid_argument);
}

}  // namespace
}  // namespace efferent
