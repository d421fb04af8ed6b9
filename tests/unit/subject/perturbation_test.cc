#include "clients/subject/perturbation.h"

#include <gtest/gtest.h>

namespace efferent::subject {
namespace {

TEST(ParsePerturbation, ReadsPhaseKindAndShare) {
  const Perturbation p = ParsePerturbation("relearning:loss=0.6");
  EXPECT_EQ(p.phase, "relearning");
  EXPECT_EQ(p.kind, PerturbationKind::kLoss);
  EXPECT_DOUBLE_EQ(p.share, 0.6);
}

TEST(ParsePerturbation, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"loss=0.6", ":loss=0.6", "a:loss", "a:drift=0.5", "a:loss=", "a:loss=x",
                           "a:loss=1.1", "a:loss=-0.1", "a:loss=nan", ""}) {
    EXPECT_THROW(ParsePerturbation(text), std::invalid_argument) << text;
  }
}

TEST(PerturbationSchedule, SilencesTheShareFromItsPhaseOn) {
  PerturbationSchedule schedule({{"b", PerturbationKind::kLoss, 0.6}}, 95, 4);
  EXPECT_FALSE(schedule.OnTrialStart("a"));
  EXPECT_EQ(schedule.num_silent(), 0u);
  EXPECT_TRUE(schedule.OnTrialStart("b"));
  EXPECT_EQ(schedule.num_silent(), 57u);
  EXPECT_FALSE(schedule.OnTrialStart("b"));
  EXPECT_FALSE(schedule.OnTrialStart("a"));
  EXPECT_EQ(schedule.num_silent(), 57u);
}

TEST(PerturbationSchedule, LargerLossIncludesTheSmaller) {
  PerturbationSchedule small({{"a", PerturbationKind::kLoss, 0.3}}, 46, 9);
  PerturbationSchedule large({{"a", PerturbationKind::kLoss, 0.9}}, 46, 9);
  small.OnTrialStart("a");
  large.OnTrialStart("a");
  for (std::size_t i = 0; i < 46; ++i) EXPECT_LE(small.silent()[i], large.silent()[i]);
  EXPECT_EQ(small.num_silent(), 14u);
  EXPECT_EQ(large.num_silent(), 41u);
}

TEST(PerturbationSchedule, IsSettledByItsSeed) {
  const auto silent = [](std::uint64_t seed) {
    PerturbationSchedule schedule({{"a", PerturbationKind::kLoss, 0.5}}, 96, seed);
    schedule.OnTrialStart("a");
    return schedule.silent();
  };
  EXPECT_EQ(silent(1), silent(1));
  EXPECT_NE(silent(1), silent(2));
}

TEST(PerturbationSchedule, OfAllLeavesNone) {
  PerturbationSchedule schedule({{"a", PerturbationKind::kLoss, 1.0}}, 46, 1);
  schedule.OnTrialStart("a");
  EXPECT_EQ(schedule.num_silent(), 46u);
}

}  // namespace
}  // namespace efferent::subject
