#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "decoder/decoder_config.h"

/// What the adaptive linear decoders have in common; each runs through every test.
namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;
constexpr int kChannels = 8;

/// Velocity that is linear in normal features: v = W' u + offset.
class LinearWorld {
 public:
  explicit LinearWorld(std::uint64_t seed) : random_(seed) {
    weights_ = Eigen::MatrixXd::NullaryExpr(kChannels, 2, [&] { return 0.1 * normal_(random_); });
  }

  /// The next bin; channel `silent` says nothing.
  void Advance(int silent = -1) {
    features_ = Eigen::VectorXf::NullaryExpr(kChannels,
                                             [&] { return static_cast<float>(normal_(random_)); });
    if (silent >= 0) features_[silent] = 0.0f;
    velocity_.setZero();
    velocity_.head(2) = weights_.transpose() * features_.cast<double>() + Eigen::Vector2d(0.05, 0);
  }
  void Redraw() {
    for (double& w : weights_.reshaped()) w = 0.1 * normal_(random_);
  }

  const Eigen::VectorXf& features() const { return features_; }
  const TaskVector& velocity() const { return velocity_; }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  Eigen::MatrixXd weights_;
  Eigen::VectorXf features_;
  TaskVector velocity_;
};

/// Root of the mean squared error over `bins` bins, relative to the velocity's; learns if `learn`.
double RelativeError(Decoder& decoder, LinearWorld& world, int bins, bool learn, int silent = -1) {
  double error = 0.0, power = 0.0;
  for (int bin = 0; bin < bins; ++bin) {
    world.Advance(silent);
    const TaskVector decoded = decoder.Decode(world.features());
    if (learn) decoder.Learn(world.velocity());
    decoder.OnCommand(decoded);
    error += (decoded - world.velocity()).squaredNorm();
    power += SquaredNorm(world.velocity());
  }
  return std::sqrt(error / power);
}

/// The decoder of that name without a filter on its features, set to learn within seconds.
DecoderParams Quick(const DecoderParams& decoder) {
  if (std::holds_alternative<WienerParams>(decoder)) {
    return WienerParams{.num_taps = 2, .half_life_s = 5.0, .ridge = 1e-3, .output_leak = 0.0};
  }
  if (std::holds_alternative<RlsParams>(decoder)) {
    return RlsParams{.tau_out_s = 0.0, .output_leak = 0.0, .forgetting = 0.997, .ridge = 1e-3};
  }
  return NlmsParams{.tau_out_s = 0.0, .output_leak = 0.0, .step_size = 0.3, .regularization = 1e-6};
}

DecoderParams WithLeak(DecoderParams decoder, double output_leak) {
  if (auto* wiener = std::get_if<WienerParams>(&decoder)) wiener->output_leak = output_leak;
  if (auto* rls = std::get_if<RlsParams>(&decoder)) rls->output_leak = output_leak;
  if (auto* nlms = std::get_if<NlmsParams>(&decoder)) nlms->output_leak = output_leak;
  return decoder;
}

class LinearDecoders : public testing::TestWithParam<DecoderParams> {
 protected:
  std::unique_ptr<Decoder> Make(double output_leak = 0.0) const {
    return MakeDecoder(WithLeak(Quick(GetParam()), output_leak), {kChannels, 2, kWidth});
  }
};
INSTANTIATE_TEST_SUITE_P(All, LinearDecoders,
                         testing::Values(WienerParams{}, RlsParams{}, NlmsParams{}),
                         [](const auto& test) { return std::string(DecoderName(test.param)); });

TEST_P(LinearDecoders, PutsOutZeroBeforeTheFirstLabel) {
  const auto decoder = Make();
  LinearWorld world(1);
  for (int bin = 0; bin < 5; ++bin) {
    world.Advance();
    EXPECT_TRUE(decoder->Decode(world.features()).isZero());
    decoder->Learn(std::nullopt);
  }
}

TEST_P(LinearDecoders, LearnsALinearWorldFromItsLabels) {
  const auto decoder = Make();
  LinearWorld world(2);
  RelativeError(*decoder, world, 2000, true);
  EXPECT_LT(RelativeError(*decoder, world, 200, false), 0.01);
}

TEST_P(LinearDecoders, ForgetsAWorldThatIsNoMore) {
  const auto decoder = Make();
  LinearWorld world(3);
  RelativeError(*decoder, world, 3000, true);
  world.Redraw();
  EXPECT_GT(RelativeError(*decoder, world, 200, false), 0.5);
  RelativeError(*decoder, world, 5000, true);
  EXPECT_LT(RelativeError(*decoder, world, 200, false), 0.01);
}

TEST_P(LinearDecoders, SilentChannelNeitherHarmsNorUnsettles) {
  const auto decoder = Make();
  LinearWorld world(4);
  RelativeError(*decoder, world, 20000, true, /*silent=*/3);
  EXPECT_LT(RelativeError(*decoder, world, 200, false, 3), 0.01);
  EXPECT_TRUE(decoder->IsHealthy());
  // It speaks again: nothing was made up about it meanwhile, so the error is what it contributes.
  EXPECT_LT(RelativeError(*decoder, world, 200, false), 1.0);
  RelativeError(*decoder, world, 5000, true);
  EXPECT_LT(RelativeError(*decoder, world, 200, false), 0.01);
}

// y = leak c + W' u with the label made the same way: the decoder finds W, and continues from what
// was commanded, not from what it said itself.
TEST_P(LinearDecoders, WithAnOutputLeakItLearnsWhatIsAddedToTheLastCommand) {
  const double leak = 0.9;
  const auto decoder = Make(leak);
  LinearWorld world(5);
  TaskVector command;
  for (int bin = 0; bin < 3000; ++bin) {
    world.Advance();
    decoder->Decode(world.features());
    decoder->Learn(TaskVector(leak * command + world.velocity()));
    command = TaskVector(0.3 * std::sin(0.1 * bin), 0.2, 0.0);
    decoder->OnCommand(command);
  }
  world.Advance();
  const TaskVector expected = leak * command + world.velocity();
  EXPECT_LT((decoder->Decode(world.features()) - expected).norm(), 0.01);
}

TEST_P(LinearDecoders, NewTrialContinuesFromRest) {
  const auto decoder = Make(0.9);
  LinearWorld world(6);
  RelativeError(*decoder, world, 500, true);
  const auto fresh = decoder->Clone();
  decoder->OnCommand(TaskVector(1.0, 1.0, 0.0));
  decoder->ResetActivity();
  fresh->ResetActivity();
  world.Advance();
  EXPECT_EQ(decoder->Decode(world.features()), fresh->Decode(world.features()));
}

TEST_P(LinearDecoders, CloneGoesOnAsTheOriginalDoes) {
  const auto decoder = Make(0.5);
  LinearWorld world(7);
  RelativeError(*decoder, world, 100, true);
  const auto clone = decoder->Clone();
  for (int bin = 0; bin < 50; ++bin) {
    world.Advance();
    ASSERT_EQ(decoder->Decode(world.features()), clone->Decode(world.features()));
    decoder->Learn(world.velocity());
    clone->Learn(world.velocity());
  }
}

TEST_P(LinearDecoders, CopiedWeightsDecodeTheSame) {
  const auto decoder = Make();
  const auto copy = Make();
  LinearWorld world(8);
  RelativeError(*decoder, world, 300, true);
  copy->CopyWeightsFrom(*decoder);
  decoder->ResetActivity();
  world.Advance();
  EXPECT_EQ(decoder->Decode(world.features()), copy->Decode(world.features()));
}

TEST_P(LinearDecoders, ForgettingTheEvidenceKeepsTheWeights) {
  const auto decoder = Make();
  LinearWorld world(9);
  RelativeError(*decoder, world, 2000, true);
  decoder->ForgetEvidence();
  EXPECT_LT(RelativeError(*decoder, world, 100, false), 0.01);
  // And learning goes on from them.
  EXPECT_LT(RelativeError(*decoder, world, 100, true), 0.02);
}

TEST_P(LinearDecoders, SpoiltWeightsAreNotHealthy) {
  const auto decoder = Make();
  EXPECT_TRUE(decoder->IsHealthy());
  decoder->Decode(Eigen::VectorXf::Constant(kChannels, std::nanf("")));
  decoder->Learn(TaskVector(0.1, 0.0, 0.0));
  EXPECT_FALSE(decoder->IsHealthy());
}

TEST(LinearDecoderParams, EveryFieldOutOfBoundsIsNamed) {
  const auto fields = [](const DecoderParams& params) {
    std::vector<std::string> names;
    try {
      MakeDecoder(params, {kChannels, 2, kWidth});
    } catch (const InvalidParameters& error) {
      for (const Violation& violation : error.violations()) names.push_back(violation.field);
    }
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(fields(WienerParams{-1, 0.0, 0.0, 1.5}),
            (Names{"wiener.num_taps", "wiener.half_life_s", "wiener.ridge", "wiener.output_leak"}));
  EXPECT_EQ(fields(RlsParams{-1.0, -0.1, 1.1, 0.0}),
            (Names{"rls.tau_out_s", "rls.output_leak", "rls.forgetting", "rls.ridge"}));
  EXPECT_EQ(fields(NlmsParams{-1.0, -0.1, 2.0, std::nan("")}),
            (Names{"nlms.tau_out_s", "nlms.output_leak", "nlms.step_size", "nlms.regularization"}));
}

TEST(WienerDecoder, AsManyTapsAsSuitTheBinsAndTheChannels) {
  const auto num_taps = [](int channels, TimeNs bin_width_ns) {
    return WienerDecoder({}, channels, 2, bin_width_ns).num_taps();
  };
  EXPECT_EQ(num_taps(10, 50'000'000), 4);
  EXPECT_EQ(num_taps(10, 1'000'000'000), 1);
  EXPECT_EQ(num_taps(96, 10'000'000), 8);  // 20 would be 1,920 inputs
  EXPECT_EQ(num_taps(2000, 10'000'000), 1);
}

TEST(WienerDecoder, MoreTapsThanCanBeAffordedAreRefusedWithTheLargestNumber) {
  try {
    WienerDecoder({.num_taps = 10}, 1024, 2, kWidth);
    FAIL();
  } catch (const InvalidParameters& error) {
    EXPECT_STREQ(error.what(),
                 "wiener.num_taps: is 10 with 1024 channels, must be at most 6, or 0 for as many "
                 "as suit");
  }
}

TEST(WienerDecoder, SeesThePastOfTheSameTrialOnly) {
  WienerDecoder decoder({.num_taps = 3, .half_life_s = 1e6, .ridge = 1e-6}, 1, 2, kWidth);
  std::mt19937_64 random(10);
  std::normal_distribution<float> normal;
  float before = 0.0f, long_before = 0.0f;
  for (int bin = 0; bin < 500; ++bin) {
    const float now = normal(random);
    decoder.Decode(Eigen::VectorXf::Constant(1, now));
    decoder.Learn(TaskVector(before, long_before, 0.0));
    long_before = before;
    before = now;
  }
  const TaskVector decoded = decoder.Decode(Eigen::VectorXf::Constant(1, 9.0f));
  EXPECT_NEAR(decoded.x(), before, 1e-6);
  EXPECT_NEAR(decoded.y(), long_before, 1e-6);
  decoder.ResetActivity();
  EXPECT_NEAR(Norm(decoder.Decode(Eigen::VectorXf::Constant(1, 9.0f))), 0.0, 1e-6);
}

}  // namespace
}  // namespace efferent
