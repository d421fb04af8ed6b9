#include "decoder/kalman/kalman_decoder.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <random>

namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;

// A simulated population with known A, W, C, d, Q: the gains that are learnt from its labels
// approach those of the true model, whose Riccati equation is iterated here in its channel-sized
// textbook form (Wu et al. 2006, eq. 4-6).
TEST(KalmanDecoder, LearnsTheSteadyStateGainsOfTheModelBehindTheData) {
  const int channels = 12;
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(random); };
  const Eigen::Matrix2d a = (Eigen::Matrix2d() << 0.9, 0.05, -0.05, 0.9).finished();
  const Eigen::Matrix2d w = 0.01 * Eigen::Matrix2d::Identity();
  const Eigen::MatrixXd c = Eigen::MatrixXd::NullaryExpr(channels, 2, draw);
  const Eigen::VectorXd d = Eigen::VectorXd::NullaryExpr(channels, draw);
  const Eigen::VectorXd q = Eigen::VectorXd::Constant(channels, 0.5);

  Eigen::Matrix2d p = Eigen::Matrix2d::Identity();
  Eigen::MatrixXd k;
  for (int i = 0; i < 200; ++i) {
    const Eigen::Matrix2d prior = a * p * a.transpose() + w;
    const Eigen::MatrixXd innovation = c * prior * c.transpose() + Eigen::MatrixXd(q.asDiagonal());
    k = prior * c.transpose() * innovation.inverse();
    p = (Eigen::Matrix2d::Identity() - k * c) * prior;
  }

  KalmanParams params;
  params.half_life_s = 1e6;
  params.ridge = 0.0;
  KalmanDecoder decoder(params, channels, 2, kWidth);
  Eigen::Vector2d v = Eigen::Vector2d::Zero();
  for (int bin = 0; bin < 30000; ++bin) {
    v = a * v + 0.1 * Eigen::Vector2d::NullaryExpr(draw);
    const Eigen::VectorXd u =
        c * v + d + std::sqrt(0.5) * Eigen::VectorXd::NullaryExpr(channels, draw);
    decoder.Decode(u.cast<float>());
    decoder.Learn(TaskVector(v.x(), v.y(), 0.0));
  }
  const Eigen::Matrix2d m1 = (Eigen::Matrix2d::Identity() - k * c) * a;
  EXPECT_LT((decoder.gains().m1 - m1).norm() / m1.norm(), 0.03);
  EXPECT_LT((decoder.gains().m2 - k).norm() / k.norm(), 0.03);
  EXPECT_LT((decoder.gains().m0 + k * d).norm() / (k * d).norm(), 0.03);
}

TEST(KalmanDecoder, PutsOutZeroBeforeItKnowsAnything) {
  KalmanDecoder decoder({}, 3, 2, kWidth);
  EXPECT_TRUE(decoder.Decode(Eigen::Vector3f(5, 5, 5)).isZero());
  decoder.Learn(TaskVector(0.1, 0.0, 0.0));
  EXPECT_TRUE(decoder.Decode(Eigen::Vector3f(5, 5, 5)).isZero());
}

TEST(KalmanDecoder, LabelsThatSpanOneDirectionOnlyLeaveItFinite) {
  KalmanDecoder decoder({}, 3, 2, kWidth);
  for (int k = 0; k < 1000; ++k) {
    decoder.Decode(Eigen::Vector3f(static_cast<float>(k % 2), 1, 0));
    decoder.Learn(TaskVector(0.1, 0.0, 0.0));
    ASSERT_TRUE(decoder.IsHealthy());
  }
}

TEST(KalmanDecoder, GivenGainsAreDecodedWithAndNeverChanged) {
  KalmanParams params;
  params.gains = KalmanGains{0.5 * Eigen::MatrixXd::Identity(2, 2), Eigen::MatrixXd::Ones(2, 3),
                             Eigen::Vector2d(1.0, 2.0), Eigen::Vector2d(4.0, 6.0)};
  KalmanDecoder decoder(params, 3, 2, kWidth);
  EXPECT_FALSE(decoder.learns());
  EXPECT_TRUE(decoder.Decode(Eigen::Vector3f(1, 2, 3)).isApprox(TaskVector(9.0, 11.0, 0.0)));
  decoder.Learn(TaskVector(1.0, 1.0, 0.0));
  decoder.ResetActivity();
  EXPECT_TRUE(decoder.Decode(Eigen::Vector3f(1, 2, 3)).isApprox(TaskVector(9.0, 11.0, 0.0)));
}

TEST(KalmanDecoder, NamesEveryMatrixOfTheWrongShape) {
  KalmanParams params;
  params.gains = KalmanGains{Eigen::MatrixXd::Zero(2, 2), Eigen::MatrixXd::Zero(2, 4),
                             Eigen::VectorXd::Constant(2, std::nan("")), Eigen::VectorXd::Zero(2)};
  try {
    KalmanDecoder(params, 3, 2, kWidth);
    FAIL();
  } catch (const InvalidParameters& error) {
    ASSERT_EQ(error.violations().size(), 2u);
    EXPECT_EQ(error.violations()[0].field, "kalman.m2");
    EXPECT_EQ(error.violations()[0].description, "is 2 x 4, must be 2 x 3");
    EXPECT_EQ(error.violations()[1].field, "kalman.m0");
  }
}

}  // namespace
}  // namespace efferent
