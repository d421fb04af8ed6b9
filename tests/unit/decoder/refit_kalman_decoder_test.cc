#include "decoder/kalman/refit_kalman_decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "decoder/learner.h"

namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;
constexpr int kChannels = 16;

/// Channels that say velocity and position: u = C v + B p + d + noise.
class Arm {
 public:
  explicit Arm(std::uint64_t seed) : random_(seed) {
    const auto draw = [&] { return normal_(random_); };
    c_ = Eigen::MatrixXd::NullaryExpr(kChannels, 2, draw);
    b_ = Eigen::MatrixXd::NullaryExpr(kChannels, 2, draw);
    d_ = Eigen::VectorXd::NullaryExpr(kChannels, draw);
  }

  void Advance() {
    for (int i = 0; i < 2; ++i) {
      velocity_[i] = 0.9 * velocity_[i] + 0.1 * normal_(random_);
      // About a place that is not the origin.
      position_[i] += 0.02 * velocity_[i] + 0.05 * (3.0 - position_[i]) + 0.1 * normal_(random_);
    }
    features_ = (c_ * velocity_.head(2) + b_ * position_.head(2) + d_).cast<float>();
    for (float& u : features_) u += static_cast<float>(noise_ * normal_(random_));
  }
  void Redraw() {
    for (double& c : c_.reshaped()) c = normal_(random_);
  }
  void SetNoise(double noise) { noise_ = noise; }

  const Eigen::VectorXf& features() const { return features_; }
  const TaskVector& velocity() const { return velocity_; }
  const TaskVector& position() const { return position_; }
  const Eigen::MatrixXd& c() const { return c_; }
  const Eigen::MatrixXd& b() const { return b_; }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  double noise_ = 0.1;
  Eigen::MatrixXd c_, b_;
  Eigen::VectorXd d_;
  Eigen::VectorXf features_;
  TaskVector velocity_;
  TaskVector position_ = TaskVector(3.0, 3.0, 0.0);
};

RefitKalmanParams Quick() { return {.batch_length_s = 10.0, .half_life_s = 20.0, .ridge = 0.01}; }

double RelativeError(Decoder& decoder, Arm& arm, int bins, bool learn, bool position_known = true) {
  double error = 0.0, power = 0.0;
  for (int bin = 0; bin < bins; ++bin) {
    arm.Advance();
    decoder.OnPosition(position_known ? std::optional<TaskVector>(arm.position()) : std::nullopt);
    error += (decoder.Decode(arm.features()) - arm.velocity()).squaredNorm();
    power += SquaredNorm(arm.velocity());
    if (learn) decoder.Learn(arm.velocity());
  }
  return std::sqrt(error / power);
}

TEST(RefitKalmanDecoder, PutsOutZeroUntilTheFirstBatchEnds) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(1);
  for (int bin = 0; bin < 150; ++bin) {  // 3 s
    ASSERT_EQ(decoder.batch_count(), 0u);
    arm.Advance();
    decoder.OnPosition(arm.position());
    ASSERT_TRUE(decoder.Decode(arm.features()).isZero());
    decoder.Learn(arm.velocity());
  }
  EXPECT_EQ(decoder.batch_count(), 1u);
  EXPECT_LT(RelativeError(decoder, arm, 100, false), 0.3);
}

TEST(RefitKalmanDecoder, BatchesGrowToTheirLength) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(2);
  std::vector<int> ends;
  for (int bin = 1; bin <= 3000; ++bin) {
    RelativeError(decoder, arm, 1, true);
    if (decoder.batch_count() > ends.size()) ends.push_back(bin);
  }
  EXPECT_EQ(ends, (std::vector<int>{150, 300, 600, 1100, 1600, 2100, 2600}));
}

TEST(RefitKalmanDecoder, FindsTheTuningToVelocityAndToPosition) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(3);
  EXPECT_GT(RelativeError(decoder, arm, 4000, true), 0.0);
  EXPECT_LT((decoder.model().c - arm.c()).norm(), 0.1 * arm.c().norm());
  EXPECT_LT((decoder.model().b - arm.b()).norm(), 0.1 * arm.b().norm());
  EXPECT_LT(RelativeError(decoder, arm, 500, false), 0.2);
}

TEST(RefitKalmanDecoder, WhatThePositionExplainsIsSubtracted) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(4);
  RelativeError(decoder, arm, 4000, true);
  const auto blind = decoder.Clone();
  // Position varies by several times what velocity does: unknown, it is mistaken for velocity.
  const double with = RelativeError(decoder, arm, 500, false);
  const double without = RelativeError(*blind, arm, 500, false, /*position_known=*/false);
  EXPECT_GT(without, 3.0 * with);
}

TEST(RefitKalmanDecoder, WithoutAnyPositionItIsAVelocityFilter) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(5);
  RelativeError(decoder, arm, 4000, true, false);
  EXPECT_TRUE(decoder.model().b.isZero(1e-9));
  EXPECT_TRUE(decoder.IsHealthy());
  EXPECT_LT(RelativeError(decoder, arm, 500, false, false), 1.0);
}

TEST(RefitKalmanDecoder, ForgetsAWorldThatIsNoMore) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(6);
  RelativeError(decoder, arm, 4000, true);
  arm.Redraw();
  EXPECT_GT(RelativeError(decoder, arm, 300, false), 0.6);
  RelativeError(decoder, arm, 12000, true);  // 12 half-lives
  EXPECT_LT(RelativeError(decoder, arm, 500, false), 0.2);
}

/// What an arm that does not move yet teaches: a label that stays the same throughout a trial, here of
/// 3 s as are the first batches. `positions`: where the arm is, to within this, m.
double ErrorAfterStillTrials(RefitKalmanDecoder& decoder, double positions,
                             const TaskVector& elsewhere) {
  std::mt19937_64 random(12);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(random); };
  const Eigen::MatrixXd c = Eigen::MatrixXd::NullaryExpr(kChannels, 2, draw);
  double error = 0.0;
  constexpr int kTrials = 40, kScored = 10, kBins = 150;
  for (int trial = 0; trial < kTrials; ++trial) {
    const double angle = 2.4 * trial;  // Golden: no two alike.
    const TaskVector intended(std::cos(angle), std::sin(angle), 0.0);
    const bool learn = trial < kTrials - kScored;
    decoder.ResetActivity();
    for (int bin = 0; bin < kBins; ++bin) {
      const Eigen::VectorXd features =
          c * intended.head(2) + Eigen::VectorXd::NullaryExpr(kChannels, draw);
      decoder.OnPosition(learn ? TaskVector(positions * draw(), positions * draw(), 0.0)
                               : elsewhere);
      const TaskVector decoded = decoder.Decode(features.cast<float>());
      if (learn) decoder.Learn(intended);
      if (!learn && bin >= 50) error += (decoded - intended).norm() / (kScored * (kBins - 50));
    }
  }
  return error;
}

TEST(RefitKalmanDecoder, LabelsThatAreConstantInEachTrialTeachItToListen) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  EXPECT_LT(ErrorAfterStillTrials(decoder, 0.0, TaskVector()), 0.2);
}

TEST(RefitKalmanDecoder, LittleIsConcludedFromAnArmThatHasHardlyMoved) {
  RefitKalmanDecoder decoder({.batch_length_s = 10.0, .half_life_s = 20.0}, kChannels, 2, kWidth);
  EXPECT_LT(ErrorAfterStillTrials(decoder, 1e-6, TaskVector(0.3, -0.3, 0.0)), 0.2);
}

TEST(RefitKalmanDecoder, LabelsThatSpanOneDirectionOnlyLeaveItFinite) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(7);
  for (int bin = 0; bin < 2000; ++bin) {
    arm.Advance();
    decoder.OnPosition(arm.position());
    ASSERT_TRUE(decoder.Decode(arm.features()).allFinite());
    decoder.Learn(TaskVector(0.1, 0.0, 0.0));
    ASSERT_TRUE(decoder.IsHealthy());
  }
}

TEST(RefitKalmanDecoder, ChannelThatFallsSilentLeavesItFinite) {
  RefitKalmanDecoder decoder(Quick(), 2, 2, kWidth);
  Arm arm(8);
  for (int bin = 0; bin < 2000; ++bin) {
    arm.Advance();
    decoder.OnPosition(arm.position());
    const float u = arm.features()[0];
    ASSERT_TRUE(decoder.Decode(Eigen::Vector2f(u, 0.0f)).allFinite());
    decoder.Learn(arm.velocity());
    ASSERT_TRUE(decoder.IsHealthy());
  }
}

TEST(RefitKalmanDecoder, CloneGoesOnAndACopyOfTheWeightsDecodesTheSame) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(9);
  RelativeError(decoder, arm, 1000, true);
  const auto clone = decoder.Clone();
  RefitKalmanDecoder copy(Quick(), kChannels, 2, kWidth);
  copy.CopyWeightsFrom(decoder);
  arm.Advance();
  for (Decoder* d : std::vector<Decoder*>{&decoder, clone.get()}) {
    d->OnPosition(arm.position());
    d->Decode(arm.features());
    d->Learn(arm.velocity());
  }
  decoder.ResetActivity();
  clone->ResetActivity();
  copy.ResetActivity();
  arm.Advance();
  for (Decoder* d : std::vector<Decoder*>{&decoder, clone.get(), &copy}) {
    d->OnPosition(arm.position());
  }
  const TaskVector decoded = decoder.Decode(arm.features());
  EXPECT_EQ(clone->Decode(arm.features()), decoded);
  EXPECT_EQ(copy.Decode(arm.features()), decoded);
}

TEST(RefitKalmanDecoder, ForgettingTheEvidenceKeepsTheWeights) {
  RefitKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Arm arm(10);
  RelativeError(decoder, arm, 4000, true);
  decoder.ForgetEvidence();
  EXPECT_LT(RelativeError(decoder, arm, 200, true), 0.2);
}

TEST(RefitKalmanDecoder, TwinIsToldThePositionToo) {
  LearnerParams params;
  params.num_channels = kChannels;
  params.bin_width_ns = kWidth;
  params.effect = LearningEffect::kTrialEnd;
  Learner learner(std::make_unique<RefitKalmanDecoder>(Quick(), kChannels, 2, kWidth), params);
  Arm arm(11);
  for (int bin = 0; bin < 2000; ++bin) {
    arm.Advance();
    learner.OnPosition(arm.position());
    learner.Decode(arm.features());
    learner.Learn(arm.velocity());
  }
  learner.OnTrialStop();
  const auto& model = dynamic_cast<const RefitKalmanDecoder&>(learner.decoder()).model();
  EXPECT_LT((model.b - arm.b()).norm(), 0.1 * arm.b().norm());
}

TEST(RefitKalmanDecoder, EveryFieldOutOfBoundsIsNamed) {
  try {
    RefitKalmanDecoder({0.5, 0.0, -1.0}, kChannels, 2, kWidth);
    FAIL();
  } catch (const InvalidParameters& error) {
    ASSERT_EQ(error.violations().size(), 3u);
    EXPECT_EQ(error.violations()[0].field, "refit_kalman.batch_length_s");
    EXPECT_EQ(error.violations()[1].field, "refit_kalman.half_life_s");
    EXPECT_EQ(error.violations()[2].field, "refit_kalman.ridge");
  }
}

}  // namespace
}  // namespace efferent
