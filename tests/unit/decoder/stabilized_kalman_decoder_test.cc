#include "decoder/stabilized/stabilized_kalman_decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;
constexpr int kChannels = 30;

/// Channels that share four latents, two of which are the velocity.
class Population {
 public:
  explicit Population(std::uint64_t seed) : random_(seed) {
    const auto draw = [&] { return normal_(random_); };
    loadings_ = Eigen::MatrixXd::NullaryExpr(kChannels, 4, draw);
  }
  void Advance() {
    for (int i = 0; i < 4; ++i)
      latents_[i] = 0.9 * latents_[i] + std::sqrt(0.19) * normal_(random_);
    features_ = (loadings_ * latents_).cast<float>();
    for (float& u : features_) u += 0.5f * static_cast<float>(normal_(random_));
    for (const int channel : silent_) features_[channel] = 0.0f;
  }
  /// Six of the channels swap their tuning in pairs, and two fall silent.
  void Perturb() {
    for (const auto& [a, b] : {std::pair(0, 9), std::pair(3, 17), std::pair(5, 22)}) {
      loadings_.row(a).swap(loadings_.row(b));
      loadings_.row(a) *= -1.0;
    }
    silent_ = {7, 12};
  }
  const Eigen::VectorXf& features() const { return features_; }
  TaskVector velocity() const { return TaskVector(0.1 * latents_[0], 0.1 * latents_[1], 0.0); }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  Eigen::MatrixXd loadings_;
  Eigen::Vector4d latents_ = Eigen::Vector4d::Zero();
  Eigen::VectorXf features_;
  std::vector<int> silent_;
};

StabilizedKalmanParams Quick() {
  StabilizedKalmanParams params;
  params.num_latents = 4;
  params.calibration_s = 40.0;
  params.alignment_half_life_s = 20.0;
  params.num_stable_channels = 20;
  return params;
}

enum class Labels { kFrozen, kNone, kAll };

double RelativeError(Decoder& decoder, Population& population, int bins, Labels labels) {
  double error = 0.0, power = 0.0;
  for (int bin = 0; bin < bins; ++bin) {
    population.Advance();
    error += (decoder.Decode(population.features()) - population.velocity()).squaredNorm();
    power += SquaredNorm(population.velocity());
    if (labels == Labels::kAll) decoder.Learn(population.velocity());
    if (labels == Labels::kNone) decoder.Learn(std::nullopt);
  }
  return std::sqrt(error / power);
}

TEST(StabilizedKalmanDecoder, PutsOutZeroBeforeItHasEvidence) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(1);
  for (int bin = 0; bin < 40; ++bin) {
    population.Advance();
    EXPECT_TRUE(decoder.Decode(population.features()).isZero());
    decoder.Learn(population.velocity());
  }
}

TEST(StabilizedKalmanDecoder, DecodesWhileItIsCalibratedAndAfterwards) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(2);
  RelativeError(decoder, population, 500, Labels::kAll);
  EXPECT_FALSE(decoder.calibrated());
  EXPECT_LT(RelativeError(decoder, population, 500, Labels::kAll), 0.35);
  RelativeError(decoder, population, 1500, Labels::kAll);
  EXPECT_TRUE(decoder.calibrated());
  EXPECT_LT(RelativeError(decoder, population, 500, Labels::kFrozen), 0.25);
}

// What it is for: channels swap and fall silent, no label comes any more.
TEST(StabilizedKalmanDecoder, FindsBackWithoutLabelsWhenChannelsSwapAndFallSilent) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(3);
  RelativeError(decoder, population, 3000, Labels::kAll);
  const double before = RelativeError(decoder, population, 1000, Labels::kNone);
  population.Perturb();
  const auto frozen = decoder.Clone();
  RelativeError(decoder, population, 8000, Labels::kNone);  // 8 half-lives
  const double aligned = RelativeError(decoder, population, 2000, Labels::kNone);
  const double unaligned = RelativeError(*frozen, population, 2000, Labels::kFrozen);
  EXPECT_GT(unaligned, 2.0 * before);
  EXPECT_LT(aligned, 1.3 * before);
}

// What is left is the mean of latents with a memory of ten bins over the half-life: 0.07 of their
// deviation with one of 100 s.
TEST(StabilizedKalmanDecoder, WithoutAnyChangeAligningDoesNoHarm) {
  StabilizedKalmanParams params = Quick();
  params.alignment_half_life_s = 100.0;
  StabilizedKalmanDecoder decoder(params, kChannels, 2, kWidth);
  Population population(4);
  RelativeError(decoder, population, 3000, Labels::kAll);
  const double before = RelativeError(decoder, population, 2000, Labels::kFrozen);
  const std::uint64_t alignments = decoder.alignment_count();
  RelativeError(decoder, population, 20000, Labels::kNone);
  EXPECT_GT(decoder.alignment_count(), alignments + 100);
  EXPECT_LT(RelativeError(decoder, population, 2000, Labels::kNone), before + 0.1);
}

TEST(StabilizedKalmanDecoder, WithoutLabelsItIsNeverCalibrated) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(5);
  EXPECT_EQ(RelativeError(decoder, population, 4000, Labels::kNone), 1.0);
  EXPECT_FALSE(decoder.calibrated());
}

TEST(StabilizedKalmanDecoder, LabelsThatSpanOneDirectionOnlyLeaveItFinite) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(6);
  for (int bin = 0; bin < 3000; ++bin) {
    population.Advance();
    ASSERT_TRUE(decoder.Decode(population.features()).allFinite());
    decoder.Learn(TaskVector(0.1, 0.0, 0.0));
    ASSERT_TRUE(decoder.IsHealthy());
  }
}

TEST(StabilizedKalmanDecoder, SilenceOfAllChannelsLeavesItFinite) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(7);
  RelativeError(decoder, population, 3000, Labels::kAll);
  for (int bin = 0; bin < 20000; ++bin) {  // 20 half-lives
    ASSERT_TRUE(decoder.Decode(Eigen::VectorXf::Zero(kChannels)).allFinite());
    decoder.Learn(std::nullopt);
    ASSERT_TRUE(decoder.IsHealthy());
  }
}

TEST(StabilizedKalmanDecoder, CloneGoesOnAndACopyOfTheWeightsDecodesTheSame) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(8);
  RelativeError(decoder, population, 3000, Labels::kAll);
  const auto clone = decoder.Clone();
  StabilizedKalmanDecoder copy(Quick(), kChannels, 2, kWidth);
  for (int bin = 0; bin < 100; ++bin) {
    population.Advance();
    ASSERT_EQ(decoder.Decode(population.features()), clone->Decode(population.features()));
    decoder.Learn(population.velocity());
    clone->Learn(population.velocity());
  }
  copy.CopyWeightsFrom(decoder);
  decoder.ResetActivity();
  population.Advance();
  EXPECT_EQ(decoder.Decode(population.features()), copy.Decode(population.features()));
}

TEST(StabilizedKalmanDecoder, ForgettingTheEvidenceKeepsBaselineAndWeights) {
  StabilizedKalmanDecoder decoder(Quick(), kChannels, 2, kWidth);
  Population population(9);
  RelativeError(decoder, population, 3000, Labels::kAll);
  decoder.ForgetEvidence();
  EXPECT_TRUE(decoder.calibrated());
  EXPECT_LT(RelativeError(decoder, population, 500, Labels::kAll), 0.35);
}

TEST(StabilizedKalmanDecoder, FewerChannelsThanLatentsMeansFewerLatents) {
  StabilizedKalmanDecoder decoder({}, 3, 2, kWidth);
  EXPECT_EQ(decoder.loadings().cols(), 3);
}

TEST(StabilizedKalmanDecoder, EveryFieldOutOfBoundsIsNamed) {
  const auto violations = [](const StabilizedKalmanParams& params) {
    try {
      StabilizedKalmanDecoder(params, kChannels, 2, kWidth);
    } catch (const InvalidParameters& error) {
      return error.violations();
    }
    return std::vector<Violation>();
  };
  const auto all = violations({33, 0.0, 0.0, 0.0, -1, 0.0});
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0].field, "stabilized_kalman.num_latents");
  EXPECT_EQ(all[5].field, "stabilized_kalman.min_variance");

  StabilizedKalmanParams params;
  params.num_stable_channels = 31;
  ASSERT_EQ(violations(params).size(), 1u);
  EXPECT_EQ(violations(params)[0].field, "stabilized_kalman.num_stable_channels");
  params.num_stable_channels = 15;
  EXPECT_EQ(violations(params).size(), 1u);
  params.num_stable_channels = 16;
  EXPECT_EQ(violations(params).size(), 0u);
}

}  // namespace
}  // namespace efferent
