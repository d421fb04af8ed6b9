#include "decoder/stabilized/alignment.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace efferent {
namespace {

constexpr int kChannels = 20, kLatents = 4;

class AlignLoadingsTest : public testing::Test {
 protected:
  AlignLoadingsTest() {
    std::normal_distribution<double> normal;
    const auto draw = [&] { return normal(random_); };
    baseline_ = Eigen::MatrixXd::NullaryExpr(kChannels, kLatents, draw);
    const Eigen::MatrixXd square = Eigen::MatrixXd::NullaryExpr(kLatents, kLatents, draw);
    rotation_ = square.householderQr().householderQ();
    rotated_ = baseline_ * rotation_;
  }
  std::mt19937_64 random_{51};
  Eigen::MatrixXd baseline_, rotation_, rotated_;
};

TEST_F(AlignLoadingsTest, TurnsARotatedMatrixBack) {
  const Alignment alignment = AlignLoadings(baseline_, rotated_, kChannels, 0.01);
  EXPECT_LT((alignment.rotation - rotation_).norm(), 1e-12);
  EXPECT_LT((alignment.loadings - baseline_).norm(), 1e-12);
  EXPECT_EQ(alignment.stable_channels.size(), 20u);
}

TEST_F(AlignLoadingsTest, ChannelsThatMovedDoNotTakePart) {
  const std::vector<Eigen::Index> moved = {2, 7, 11, 19};
  for (const Eigen::Index channel : moved) {
    rotated_.row(channel) =
        2.0 * rotated_.row(kChannels - 1 - channel) + Eigen::RowVectorXd::Constant(kLatents, 1.0);
  }
  const Alignment alignment = AlignLoadings(baseline_, rotated_, 16, 0.01);
  EXPECT_LT((alignment.rotation - rotation_).norm(), 1e-12);
  for (const Eigen::Index channel : moved) {
    EXPECT_EQ(
        std::count(alignment.stable_channels.begin(), alignment.stable_channels.end(), channel), 0);
  }
}

TEST_F(AlignLoadingsTest, SilentChannelsDoNotCountAmongTheStable) {
  rotated_.row(0).setZero();
  baseline_.row(5).setZero();
  rotated_.row(5).setZero();
  const Alignment alignment = AlignLoadings(baseline_, rotated_, 19, 0.01);
  EXPECT_EQ(alignment.stable_channels.size(), 18u);
  EXPECT_EQ(alignment.stable_channels.front(), 1);
  EXPECT_LT((alignment.rotation - rotation_).norm(), 1e-12);
}

TEST_F(AlignLoadingsTest, RotationIsOrthogonalWhateverItIsGiven) {
  const Eigen::MatrixXd other = Eigen::MatrixXd::NullaryExpr(
      kChannels, kLatents, [&] { return static_cast<double>(random_() % 100); });
  const Alignment alignment = AlignLoadings(baseline_, other, 10, 0.01);
  EXPECT_TRUE((alignment.rotation * alignment.rotation.transpose())
                  .isApprox(LatentMatrix(LatentMatrix::Identity(kLatents, kLatents)), 1e-12));
}

TEST_F(AlignLoadingsTest, RefusesShapesThatDisagree) {
  EXPECT_THROW(AlignLoadings(baseline_, rotated_.leftCols(2), 10, 0.01), std::invalid_argument);
}

}  // namespace
}  // namespace efferent
