#include "clients/subject/perturbation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace efferent::subject {
namespace {

TEST(ParsePerturbation, ReadsPhaseKindAndShare) {
  const Perturbation p = ParsePerturbation("relearning:loss=0.6");
  EXPECT_EQ(p.phase, "relearning");
  EXPECT_EQ(p.kind, PerturbationKind::kLoss);
  EXPECT_DOUBLE_EQ(p.share, 0.6);
}

TEST(ParsePerturbation, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"loss=0.6", ":loss=0.6", "a:loss", "a:growth=0.5", "a:loss=", "a:loss=x",
                           "a:loss=1.1", "a:loss=-0.1", "a:loss=nan", ""}) {
    EXPECT_THROW(ParsePerturbation(text), std::invalid_argument) << text;
  }
}

TEST(PerturbationSchedule, SilencesTheShareFromItsPhaseOn) {
  PerturbationSchedule schedule({{"b", PerturbationKind::kLoss, 0.6}}, DrawPopulation(95, 1), 4);
  EXPECT_FALSE(schedule.OnTrialStart("a"));
  EXPECT_EQ(schedule.num_silent(), 0u);
  EXPECT_TRUE(schedule.OnTrialStart("b"));
  EXPECT_EQ(schedule.num_silent(), 57u);
  EXPECT_FALSE(schedule.OnTrialStart("b"));
  EXPECT_FALSE(schedule.OnTrialStart("a"));
  EXPECT_EQ(schedule.num_silent(), 57u);
}

TEST(PerturbationSchedule, LargerLossIncludesTheSmaller) {
  PerturbationSchedule small({{"a", PerturbationKind::kLoss, 0.3}}, DrawPopulation(46, 1), 9);
  PerturbationSchedule large({{"a", PerturbationKind::kLoss, 0.9}}, DrawPopulation(46, 1), 9);
  small.OnTrialStart("a");
  large.OnTrialStart("a");
  for (std::size_t i = 0; i < 46; ++i) EXPECT_LE(small.silent()[i], large.silent()[i]);
  EXPECT_EQ(small.num_silent(), 14u);
  EXPECT_EQ(large.num_silent(), 41u);
}

TEST(PerturbationSchedule, IsSettledByItsSeed) {
  const auto silent = [](std::uint64_t seed) {
    PerturbationSchedule schedule({{"a", PerturbationKind::kLoss, 0.5}}, DrawPopulation(96, 1),
                                  seed);
    schedule.OnTrialStart("a");
    return schedule.silent();
  };
  EXPECT_EQ(silent(1), silent(1));
  EXPECT_NE(silent(1), silent(2));
}

TEST(PerturbationSchedule, OfAllLeavesNone) {
  PerturbationSchedule schedule({{"a", PerturbationKind::kLoss, 1.0}}, DrawPopulation(46, 1), 1);
  schedule.OnTrialStart("a");
  EXPECT_EQ(schedule.num_silent(), 46u);
}

std::vector<double> MaxRates(const Population& population) {
  std::vector<double> rates;
  for (const Neuron& n : population) rates.push_back(n.max_rate_hz);
  return rates;
}

int NumTurned(const Population& now, const Population& before) {
  int turned = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    turned += now[i].preferred_direction != before[i].preferred_direction;
  }
  return turned;
}

TEST(ParsePerturbation, KnowsEveryKind) {
  EXPECT_EQ(ParsePerturbation("a:shift=0.9").kind, PerturbationKind::kShift);
  EXPECT_EQ(ParsePerturbation("a:drift=0.9").kind, PerturbationKind::kDrift);
  EXPECT_EQ(ParsePerturbation("a:silence=1").kind, PerturbationKind::kSilence);
}

TEST(PerturbationSchedule, ShiftRedrawsDirectionsAndNothingElse) {
  const Population before = DrawPopulation(46, 2);
  PerturbationSchedule small({{"a", PerturbationKind::kShift, 0.6}}, before, 9);
  PerturbationSchedule large({{"a", PerturbationKind::kShift, 0.9}}, before, 9);
  EXPECT_TRUE(small.OnTrialStart("a"));
  EXPECT_FALSE(small.OnTrialStart("a"));
  large.OnTrialStart("a");
  EXPECT_EQ(NumTurned(small.population(), before), 28);  // round(0.6 * 46)
  EXPECT_EQ(NumTurned(large.population(), before), 41);
  EXPECT_EQ(NumTurned(large.population(), small.population()), 41 - 28);
  EXPECT_EQ(MaxRates(small.population()), MaxRates(before));
  for (const Neuron& n : large.population()) {
    EXPECT_NEAR(n.preferred_direction.norm(), 1.0, 1e-12);
    EXPECT_EQ(n.preferred_direction.z(), 0.0);
  }
}

TEST(PerturbationSchedule, ShiftInSpaceLeavesThePlane) {
  PerturbationSchedule schedule({{"a", PerturbationKind::kShift, 1.0}}, DrawPopulation(46, 2, 3),
                                9);
  schedule.OnTrialStart("a");
  for (const Neuron& n : schedule.population()) EXPECT_NE(n.preferred_direction.z(), 0.0);
}

// A quarter is left after 100 trials: 1 - 0.75 n / 100 in the n-th.
TEST(PerturbationSchedule, DriftFallsTrialByTrialAndStays) {
  const Population before = DrawPopulation(10, 2);
  PerturbationSchedule schedule({{"a", PerturbationKind::kDrift, 0.6}}, before, 9);
  EXPECT_FALSE(schedule.OnTrialStart("early"));
  const auto count = [&](double share) {
    int hit = 0;
    for (std::size_t i = 0; i < 10; ++i) {
      hit +=
          std::abs(schedule.population()[i].max_rate_hz - share * before[i].max_rate_hz) < 1e-9 &&
          std::abs(schedule.population()[i].min_rate_hz - share * before[i].min_rate_hz) < 1e-9;
    }
    return hit;
  };
  EXPECT_TRUE(schedule.OnTrialStart("a"));
  EXPECT_EQ(count(0.9925), 6);
  EXPECT_EQ(count(1.0), 4);
  for (int n = 2; n <= 50; ++n) EXPECT_TRUE(schedule.OnTrialStart("a"));
  EXPECT_EQ(count(0.625), 6);
  for (int n = 51; n <= 150; ++n) schedule.OnTrialStart("after");
  EXPECT_EQ(count(0.25), 6);
  EXPECT_EQ(count(1.0), 4);
}

TEST(PerturbationSchedule, SilenceEndsWithItsPhase) {
  PerturbationSchedule schedule({{"quiet", PerturbationKind::kSilence, 1.0}}, DrawPopulation(10, 2),
                                9);
  EXPECT_FALSE(schedule.OnTrialStart("a"));
  EXPECT_TRUE(schedule.OnTrialStart("quiet"));
  EXPECT_EQ(schedule.num_silent(), 10u);
  EXPECT_TRUE(schedule.OnTrialStart("b"));
  EXPECT_EQ(schedule.num_silent(), 0u);
}

TEST(PerturbationSchedule, DoesWhatComesTogetherAndStaysSilentAfterALoss) {
  PerturbationSchedule schedule({{"a", PerturbationKind::kLoss, 0.5},
                                 {"a", PerturbationKind::kShift, 1.0},
                                 {"b", PerturbationKind::kSilence, 1.0}},
                                DrawPopulation(10, 2), 9);
  schedule.OnTrialStart("a");
  EXPECT_EQ(schedule.num_silent(), 5u);
  EXPECT_EQ(NumTurned(schedule.population(), DrawPopulation(10, 2)), 10);
  schedule.OnTrialStart("b");
  EXPECT_EQ(schedule.num_silent(), 10u);
  schedule.OnTrialStart("c");
  EXPECT_EQ(schedule.num_silent(), 5u);
}

TEST(PerturbationSchedule, RefusesAShareOutOfBounds) {
  EXPECT_THROW(
      PerturbationSchedule({{"a", PerturbationKind::kDrift, 1.1}}, DrawPopulation(4, 1), 1),
      std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject
