#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "clients/subject/exponential_tuning.h"
#include "clients/subject/posture.h"
#include "clients/subject/rectified_tuning.h"

namespace efferent::subject {
namespace {

const Vec3 kCenter = Vec3::Zero();

/// Comes to its maximum at full effort: easier to reckon with.
ExponentialTuningParams Plain() {
  ExponentialTuningParams params;
  params.gain = 1.0;
  return params;
}

/// c = (0.6, 0.8), 2 to 82 Hz, and its opposite.
Population TwoNeurons() {
  return {{{0.6, 0.8, 0}, 2.0, 82.0, 0.0, 0.0}, {{-0.6, -0.8, 0}, 1.0, 51.0, 0.0, 0.0}};
}

// Drive 1.5 * 0.6 * 0.75 = 0.675, rate 2 + 80 * 0.675 = 56 Hz. By hand.
TEST(RectifiedTuning, FiresInProportionToTheIntentAlongThePreferredDirection) {
  RectifiedTuning tuning(TwoNeurons(), {}, 1);
  const auto& rates = tuning.Rates({0.75, 0, 0}, kCenter);
  EXPECT_NEAR(rates[0], 56.0, 1e-12);
  EXPECT_DOUBLE_EQ(rates[1], 1.0);
}

// Intent (0.6, 0.8): drive 1.5, cut at 1.
TEST(RectifiedTuning, SaturatesAtTheMaximumRate) {
  RectifiedTuning tuning(TwoNeurons(), {}, 1);
  EXPECT_DOUBLE_EQ(tuning.Rates({0.6, 0.8, 0}, kCenter)[0], 82.0);
}

TEST(RectifiedTuning, InSpaceCountsAllThreeAxes) {
  RectifiedTuning tuning({{{0, 0, 1}, 0.0, 100.0, 0.0, 0.0}}, {}, 1);
  EXPECT_NEAR(tuning.Rates({1, 0, 0.4}, kCenter)[0], 60.0, 1e-12);
}

// E[clip(n, 0, 1)] for n ~ N(0, 0.3) is 0.3 / sqrt(2 pi) - (small upper tail, 6.3e-5) = 0.11961; sd
// of the clipped value 0.1749 (numerical integration); 4 standard errors of 20,000 draws.
TEST(RectifiedTuning, AddsNoiseInsideTheClip) {
  RectifiedTuningParams params;
  params.rate_noise = 0.3;
  RectifiedTuning tuning({{{1, 0, 0}, 0.0, 100.0, 0.0, 0.0}}, params, 3);
  double mean = 0.0;
  for (int k = 0; k < 20000; ++k) mean += tuning.Rates(Vec3::Zero(), kCenter)[0] / 20000.0;
  EXPECT_NEAR(mean, 11.96, 4 * 17.49 / std::sqrt(20000.0));
}

TEST(RectifiedTuning, ReseededRepeatsItsNoise) {
  RectifiedTuningParams params;
  params.rate_noise = 0.3;
  RectifiedTuning tuning(TwoNeurons(), params, 3);
  tuning.Rates({0.3, 0, 0}, kCenter);  // One draw for each neuron ...
  tuning.Reseed(9);
  const std::vector<double> first = tuning.Rates({0.3, 0, 0}, kCenter);
  tuning.Rates({0.3, 0, 0}, kCenter);
  tuning.Reseed(9);  // ... and none is left over.
  EXPECT_EQ(tuning.Rates({0.3, 0, 0}, kCenter), first);
}

TEST(RectifiedTuning, RefusesSettingsThatMakeNoSense) {
  EXPECT_THROW(RectifiedTuning({}, {}, 1), std::invalid_argument);
  RectifiedTuningParams params;
  params.rate_noise = -0.1;
  EXPECT_THROW(RectifiedTuning(TwoNeurons(), params, 1), std::invalid_argument);
  params = {};
  params.gain = 0.0;
  EXPECT_THROW(RectifiedTuning(TwoNeurons(), params, 1), std::invalid_argument);
}

// max 80, min 2 Hz: m = ln(40) / 2 = 1.844440, b = ln(80) - 1.3 m = 1.984255; at rest exp(b)
// = 7.2736 Hz. By hand.
TEST(ExponentialTuning, SpansTheNeuronsRange) {
  ExponentialTuning tuning({{{1, 0, 0}, 2.0, 80.0, 0.0, 0.0}}, Plain());
  EXPECT_NEAR(tuning.Rates({1, 0, 0}, kCenter)[0], 80.0, 1e-9);
  EXPECT_NEAR(tuning.Rates({-1, 0, 0}, kCenter)[0], 2.0, 1e-9);
  EXPECT_NEAR(tuning.Rates({0, 0, 0}, kCenter)[0], 7.2736, 1e-3);
}

// Across the preferred direction only speed counts: exp(1.984255 + 1.844440 * 0.3 * 0.5) = 9.5917
// Hz.
TEST(ExponentialTuning, RisesWithSpeedAcrossThePreferredDirection) {
  ExponentialTuning tuning({{{1, 0, 0}, 2.0, 80.0, 0.0, 0.0}}, Plain());
  EXPECT_NEAR(tuning.Rates({0, 0.5, 0}, kCenter)[0], 9.5917, 1e-3);
  EXPECT_NEAR(tuning.Rates({0, 0, 0.5}, kCenter)[0], 9.5917, 1e-3);
}

TEST(ExponentialTuning, IsCappedAndHasAFloorForTheLogarithm) {
  ExponentialTuning tuning({{{1, 0, 0}, 0.0, 180.0, 0.0, 0.0}}, Plain());
  EXPECT_DOUBLE_EQ(tuning.Rates({1, 0, 0}, kCenter)[0], 100.0);
  EXPECT_NEAR(tuning.Rates({-1, 0, 0}, kCenter)[0], 0.5, 1e-9);
}

TEST(ExponentialTuning, RefusesNoNeuronsAndAnEmptyRange) {
  EXPECT_THROW(ExponentialTuning({}, {}), std::invalid_argument);
  EXPECT_THROW(ExponentialTuning({{{1, 0, 0}, 0.0, 0.4, 0.0, 0.0}}, {}), std::invalid_argument);
}

// 45 % of full effort with a gain of 2 is 90 % with a gain of 1; twice the maximum's effort is cut at
// the cap.
TEST(ExponentialTuning, WithGainSaturatesEarlier) {
  ExponentialTuningParams params;
  params.gain = 2.0;
  ExponentialTuning steep({{{1, 0, 0}, 2.0, 80.0, 0.0, 0.0}}, params);
  ExponentialTuning plain({{{1, 0, 0}, 2.0, 80.0, 0.0, 0.0}}, Plain());
  EXPECT_NEAR(steep.Rates({0.45, 0, 0}, kCenter)[0], plain.Rates({0.9, 0, 0}, kCenter)[0], 1e-9);
  EXPECT_DOUBLE_EQ(steep.Rates({1, 0, 0}, kCenter)[0], 100.0);
}

// The hand straight ahead of the shoulder and to its right: atan(0.45 / 0.45).
TEST(Posture, TheShoulderTurnsWithTheHand) {
  EXPECT_EQ(ShoulderTurnRad({0, 0.1, 0}), 0.0);
  EXPECT_NEAR(ShoulderTurnRad({0.45, 0, 0}), -std::numbers::pi / 4, 1e-12);
}

TEST(Posture, PreferredDirectionsTurnWithTheShoulderByTheirGain) {
  const double turn = std::numbers::pi / 4;
  const Neuron follows{{1, 0, 0}, 0.0, 100.0, 1.0, 0.0}, overdoes{{1, 0, 0}, 0.0, 100.0, 2.0, 0.0},
      ignores{{1, 0, 0}, 0.0, 100.0, 0.0, 0.0}, upright{{0, 0, 1}, 0.0, 100.0, 1.0, 0.0};
  EXPECT_NEAR((PreferredDirection(follows, turn) - Vec3(1, 1, 0).normalized()).norm(), 0, 1e-12);
  EXPECT_NEAR((PreferredDirection(overdoes, turn) - Vec3(0, 1, 0)).norm(), 0, 1e-12);
  EXPECT_EQ(PreferredDirection(ignores, turn), Vec3(1, 0, 0));
  EXPECT_NEAR((PreferredDirection(upright, turn) - Vec3(0, 0, 1)).norm(), 0, 1e-12);
}

TEST(Posture, TheHandIsWhereTheShoulderTurnsIt) {
  for (const double turn : {-0.8, 0.0, 0.3}) {
    EXPECT_NEAR(ShoulderTurnRad(HandAtShoulderTurn(turn)), turn, 1e-12);
  }
}

// The shoulder turned by -pi / 4 takes 0.2 pi / 4 = 0.157 from the drive: 100 (0.75 cos(45) - 0.157).
TEST(Posture, AddsToTheDriveOfItsOwn) {
  RectifiedTuning tuning({{{1, 0, 0}, 0.0, 100.0, 1.0, 0.2}}, {}, 1);
  EXPECT_NEAR(tuning.Rates({0.5, 0, 0}, {0.45, 0, 0})[0],
              100.0 * (0.75 * std::sqrt(0.5) - 0.05 * std::numbers::pi), 1e-9);
}

// At (0.45, 0) the shoulder is turned by -45 degrees, so is the preferred direction: cos(45) of the
// intent.
TEST(Posture, IsFeltByBothKindsOfTuning) {
  const Population population{{{1, 0, 0}, 0.0, 100.0, 1.0, 0.0}};
  RectifiedTuning rectified(population, {}, 1);
  EXPECT_NEAR(rectified.Rates({0.5, 0, 0}, {0.45, 0, 0})[0], 75.0 * std::sqrt(0.5), 1e-9);
  ExponentialTuning exponential(population, Plain());
  EXPECT_NEAR(exponential.Rates({0.5, 0, 0}, {0.45, 0, 0})[0],
              exponential.Rates({0.5 * std::sqrt(0.5), 0.5 * std::sqrt(0.5), 0}, kCenter)[0], 1e-9);
}

}  // namespace
}  // namespace efferent::subject
