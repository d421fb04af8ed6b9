#include "decoder/snn/snn_decoder.h"

#include <gtest/gtest.h>

#include <random>

namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;
constexpr int kChannels = 10;

struct World {
  std::mt19937_64 random{3};
  std::normal_distribution<float> normal;
  TaskVector velocity;
  Eigen::VectorXf features = Eigen::VectorXf::Zero(kChannels);

  void Advance() {
    velocity = 0.9 * velocity + 0.05 * TaskVector(normal(random), normal(random), 0.0);
    for (int i = 0; i < kChannels; ++i) {
      const float drive =
          static_cast<float>(10.0 * (std::cos(i) * velocity.x() + std::sin(i) * velocity.y()));
      features[i] = drive + 0.3f * normal(random);
    }
  }
};

double MeanSquaredError(SnnDecoder* decoder, int bins, bool learn, World* world) {
  double sum = 0.0;
  for (int k = 0; k < bins; ++k) {
    world->Advance();
    sum += (decoder->Decode(world->features) - world->velocity).squaredNorm();
    if (learn) decoder->Learn(world->velocity);
  }
  return sum / bins;
}

class Readouts : public testing::TestWithParam<SnnReadout> {};
INSTANTIATE_TEST_SUITE_P(All, Readouts,
                         testing::Values(SnnReadout::kMixture, SnnReadout::kRls,
                                         SnnReadout::kGradient));

TEST_P(Readouts, LearnsToDecodeAndKeepsItWhenFrozen) {
  SnnParams params;
  params.readout = GetParam();
  params.tau_out_s = 0.02;
  SnnDecoder decoder(params, kChannels, 2, kWidth);
  World world;
  const double before = MeanSquaredError(&decoder, 500, false, &world);
  MeanSquaredError(&decoder, 8000, true, &world);
  EXPECT_LT(MeanSquaredError(&decoder, 500, false, &world), 0.25 * before);
}

TEST(SnnDecoder, LearnsWithoutAdaptiveNeuronsAndWithNoOthers) {
  for (const double fraction : {0.0, 1.0}) {
    SnnParams params;
    params.adaptive_fraction = fraction;
    params.tau_out_s = 0.02;
    SnnDecoder decoder(params, kChannels, 2, kWidth);
    World world;
    const double before = MeanSquaredError(&decoder, 200, false, &world);
    MeanSquaredError(&decoder, 2000, true, &world);
    EXPECT_LT(MeanSquaredError(&decoder, 200, false, &world), 0.5 * before) << fraction;
  }
}

TEST(SnnDecoder, LearnsThroughSpikesAlone) {
  SnnParams params;
  params.readout_inputs = false;
  params.tau_out_s = 0.02;
  SnnDecoder learning(params, kChannels, 2, kWidth);
  params.learning_rate = 0.0;  // The same network with input and recurrent weights as drawn.
  SnnDecoder fixed(params, kChannels, 2, kWidth);
  World world, same;
  MeanSquaredError(&learning, 20000, true, &world);
  MeanSquaredError(&fixed, 20000, true, &same);
  const double learnt = MeanSquaredError(&learning, 2000, false, &world);
  const double drawn = MeanSquaredError(&fixed, 2000, false, &same);
  EXPECT_LT(learnt, drawn) << "e-prop improves on a random network with the same readout";
}

TEST(SnnDecoder, HomeostasisPullsTheRateToItsTarget) {
  SnnParams params;
  params.target_rate_hz = 15.0;
  params.rate_regularization = 1.0;
  params.learning_rate = 5e-4;
  SnnDecoder decoder(params, kChannels, 2, kWidth);
  World world;
  MeanSquaredError(&decoder, 60'000, true, &world);
  EXPECT_NEAR(decoder.firing_rate_hz().value(), 15.0, 3.0);
}

TEST(SnnDecoder, SameSeedAndInputsGiveTheSameBitsAndAnotherSeedOthers) {
  SnnParams params;
  SnnDecoder one(params, kChannels, 2, kWidth), two(params, kChannels, 2, kWidth);
  params.seed = 2;
  SnnDecoder other(params, kChannels, 2, kWidth);
  World first, second, third;
  MeanSquaredError(&one, 500, true, &first);
  MeanSquaredError(&two, 500, true, &second);
  MeanSquaredError(&other, 500, true, &third);
  EXPECT_EQ(one.network().weights(), two.network().weights());
  EXPECT_EQ(one.readout_weights(), two.readout_weights());
  EXPECT_NE(one.network().weights(), other.network().weights());
}

TEST(SnnDecoder, ATrialBeginsWithTheSameActivityWhateverCameBefore) {
  SnnDecoder decoder({}, kChannels, 2, kWidth);
  World world;
  MeanSquaredError(&decoder, 300, true, &world);
  // The activity of the population goes on over trials; it ends here.
  const auto hear_nothing = [&] {
    for (int k = 0; k < 30'000; ++k) decoder.Decode(Eigen::VectorXf::Zero(kChannels));
  };
  hear_nothing();
  decoder.ResetActivity();
  const TaskVector first = decoder.Decode(world.features);
  MeanSquaredError(&decoder, 50, false, &world);
  hear_nothing();
  decoder.ResetActivity();
  // The features of the first bin again.
  World again;
  for (int k = 0; k < 300; ++k) again.Advance();
  EXPECT_TRUE(decoder.Decode(again.features).isApprox(first, 1e-9));
}

// With labels that all lie one way: what would be learnt from them without a neuron is the task.
TEST_P(Readouts, SaysNothingWhereNothingIsHeard) {
  SnnParams params;
  params.readout = GetParam();
  SnnDecoder decoder(params, kChannels, 2, kWidth);
  const Eigen::VectorXf silence = Eigen::VectorXf::Zero(kChannels);
  for (int bin = 0; bin < 1000; ++bin) {
    decoder.Decode(silence);
    decoder.Learn(TaskVector(0.1, 0.05, 0.0));
  }
  EXPECT_EQ(decoder.Decode(silence), TaskVector());
}

TEST(SnnDecoder, ContinuesFromTheLastCommand) {
  SnnParams params;
  params.output_leak = 0.5;
  SnnDecoder decoder(params, kChannels, 2, kWidth);  // knows nothing: adds nothing
  decoder.OnCommand(TaskVector(0.4, -0.2, 0.0));
  EXPECT_TRUE(
      decoder.Decode(Eigen::VectorXf::Zero(kChannels)).isApprox(TaskVector(0.2, -0.1, 0.0)));
}

/// Trials here and there: towards the right of the workspace tuning is turned by 1.2 rad, to the left by
/// as much the other way.
double ErrorOfTurning(SnnDecoder* decoder, int bins, bool learn, bool tell, World* world) {
  double sum = 0.0;
  for (int k = 0; k < bins; ++k) {
    if (k % 50 == 0) decoder->ResetActivity();
    const double x_m = k / 50 % 2 == 0 ? 0.4 : -0.4;
    world->Advance();
    const double turn = x_m > 0.0 ? 1.2 : -1.2;
    const TaskVector& v = world->velocity;
    const TaskVector label(std::cos(turn) * v.x() - std::sin(turn) * v.y(),
                           std::sin(turn) * v.x() + std::cos(turn) * v.y(), 0.0);
    if (tell) decoder->OnPosition(TaskVector(x_m, 0.0, 0.0));
    sum += (decoder->Decode(world->features) - label).squaredNorm();
    if (learn) decoder->Learn(label);
  }
  return sum / bins;
}

TEST(SnnDecoder, KnowsFromTheArmsPositionWhichWayTuningIsTurned) {
  SnnParams params;
  params.tau_out_s = 0.02;
  SnnDecoder told(params, kChannels, 2, kWidth), untold(params, kChannels, 2, kWidth);
  World world, same;
  ErrorOfTurning(&told, 5000, true, true, &world);
  ErrorOfTurning(&untold, 5000, true, false, &same);
  EXPECT_LT(ErrorOfTurning(&told, 1000, false, true, &world),
            0.6 * ErrorOfTurning(&untold, 1000, false, false, &same));
  // A copy of the weights decodes the same, and so does a clone.
  SnnDecoder copy(params, kChannels, 2, kWidth);
  copy.CopyWeightsFrom(told);
  const auto clone = told.Clone();
  for (Decoder* decoder :
       {static_cast<Decoder*>(&told), static_cast<Decoder*>(&copy), clone.get()}) {
    decoder->ResetActivity();
    decoder->OnPosition(TaskVector(0.3, 0.1, 0.0));
  }
  const TaskVector said = told.Decode(world.features);
  EXPECT_EQ(copy.Decode(world.features), said);
  EXPECT_EQ(clone->Decode(world.features), said);
}

TEST(SnnDecoder, SubstepsAreAtMostTwelveMilliseconds) {
  EXPECT_EQ(SnnDecoder({}, 1, 2, 1'000'000).num_substeps(), 1);
  EXPECT_EQ(SnnDecoder({}, 1, 2, 12'000'000).num_substeps(), 1);
  EXPECT_EQ(SnnDecoder({}, 1, 2, 45'000'000).num_substeps(), 4);
}

TEST(SnnDecoder, NamesEveryFieldOutOfBounds) {
  SnnParams params;
  params.num_neurons = 0;
  params.output_leak = 1.5;
  try {
    SnnDecoder(params, 1, 2, kWidth);
    FAIL();
  } catch (const InvalidParameters& error) {
    ASSERT_EQ(error.violations().size(), 2u);
    EXPECT_EQ(error.violations()[0].field, "snn.num_neurons");
    EXPECT_EQ(error.violations()[1].field, "snn.output_leak");
  }
}

}  // namespace
}  // namespace efferent
