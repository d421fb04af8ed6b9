#include "clients/evaluation/closed_loop/scores.h"

#include <gtest/gtest.h>

#include <cmath>

#include "clients/evaluation/closed_loop/closed_loop_rows.h"
#include "clients/evaluation/closed_loop/pilot.h"

namespace efferent::closed_loop {
namespace {

DecoderOutcome Outcome(std::string name, bool is_linear, const std::vector<double>& times_s) {
  DecoderOutcome outcome;
  outcome.decoder = std::move(name);
  outcome.is_linear = is_linear;
  for (const double time_s : times_s) outcome.runs.push_back({1.0, time_s, 0.9, 1.2 / time_s});
  return outcome;
}

ConditionOutcome ThreeDecoders() {
  ConditionOutcome outcome;
  outcome.condition.name = "world";
  outcome.condition.phases = {{"learning", 10, true}, {"test", 5, false}};
  outcome.decoders = {Outcome("snn", false, {0.80, 0.85, 0.90}),
                      Outcome("rls", true, {0.90, 0.95, 1.00}),
                      Outcome("nlms", true, {1.00, 1.10, 1.20})};
  outcome.decoders[0].dead_runs = {{0.0, 3.0, 0.1, 0.0}};
  return outcome;
}

TrialResult Trial(int phase, bool success, double time_s) {
  TrialResult trial;
  trial.phase = phase;
  trial.success = success;
  trial.time_s = time_s;
  trial.path_efficiency = success ? 0.8 : 0.0;
  trial.target_m = {0.08, 0.0, 0.0};
  trial.target_radius_m = 0.025;
  return trial;
}

// log2(1 + 8 / 5) / 1 s = 1.3785 bits/s for the one that succeeded, 0 for the other.
TEST(Scores, OfARunCountItsTestTrialsOnlyAndFailuresAtTheLimit) {
  const RunScores scores =
      ScoreRun({Trial(0, true, 0.5), Trial(1, true, 1.0), Trial(1, false, 3.0)}, 1);
  EXPECT_DOUBLE_EQ(scores.success_rate, 0.5);
  EXPECT_DOUBLE_EQ(scores.time_to_target_s, 2.0);
  EXPECT_DOUBLE_EQ(scores.path_efficiency, 0.4);
  EXPECT_NEAR(scores.throughput_bits_per_s, 0.5 * std::log2(1.0 + 8.0 / 5.0), 1e-12);
}

// Mean 0.95, standard deviation 0.05, t(0.975, 2) = 4.3027: half width 4.3027 * 0.05 / sqrt(3)
// = 0.12421.
TEST(Scores, IntervalIsStudentsOverRuns) {
  const MeanOfRuns time = Summarize(ThreeDecoders().decoders[1].runs, kMetrics[1]);
  EXPECT_NEAR(time.mean, 0.95, 1e-12);
  EXPECT_NEAR(time.interval->low, 0.95 - 0.12421, 1e-5);
  EXPECT_NEAR(time.interval->high, 0.95 + 0.12421, 1e-5);
}

// 0.6 and 1.0: half width 12.706 * 0.2828 / sqrt(2) = 2.54.
TEST(Scores, BoundsOfASuccessRateAreRates) {
  const MeanOfRuns rate = Summarize({{0.6, 1.0, 1.0, 1.0}, {1.0, 1.0, 1.0, 1.0}}, kMetrics[0]);
  EXPECT_DOUBLE_EQ(rate.mean, 0.8);
  EXPECT_EQ(rate.interval->low, 0.0);
  EXPECT_EQ(rate.interval->high, 1.0);
}

TEST(Scores, BestLinearTakesLeastTimeAndIsLinear) {
  EXPECT_EQ(BestLinear(ThreeDecoders(), kTimeToTarget)->decoder, "rls");
  ConditionOutcome outcome = ThreeDecoders();
  // Less throughput than nlms, though it is faster where it arrives.
  for (RunScores& run : outcome.decoders[1].runs) run.throughput_bits_per_s = 0.5;
  EXPECT_EQ(BestLinear(outcome, kTimeToTarget)->decoder, "rls");
  EXPECT_EQ(BestLinear(outcome, kThroughput)->decoder, "nlms");
  outcome.decoders.resize(1);
  EXPECT_EQ(BestLinear(outcome, kTimeToTarget), nullptr);
}

// Each run differs by 0.1 s, whatever the spread over runs; against nlms 0.20, 0.25, 0.30: standard
// deviation 0.05 again.
TEST(Scores, PairedDifferencesCancelWhatRunsHaveInCommon) {
  const ConditionOutcome outcome = ThreeDecoders();
  const MeanOfRuns even = PairedDifference(outcome.decoders[0], outcome.decoders[1]);
  EXPECT_NEAR(even.mean, -0.1, 1e-12);
  EXPECT_NEAR(even.interval->high - even.interval->low, 0.0, 1e-12);
  const MeanOfRuns uneven = PairedDifference(outcome.decoders[0], outcome.decoders[2]);
  EXPECT_NEAR(uneven.mean, -0.25, 1e-12);
  EXPECT_NEAR(uneven.interval->high, -0.25 + 0.12421, 1e-5);
}

/// rls in 0.96 s and a reference that takes `floor_s`.
ConditionOutcome WithFloor(double floor_s) {
  ConditionOutcome outcome = ThreeDecoders();
  outcome.decoders[1] = Outcome("rls", true, {0.96, 0.96, 0.96});
  for (const double time_s : {2.0, floor_s}) {
    outcome.decoders.push_back(
        Outcome(time_s == floor_s ? kLabel : kIntent, false, {time_s, time_s, time_s}));
    outcome.decoders.back().is_reference = true;
  }
  return outcome;
}

// 0.88 / 0.96 is 92 %, 0.86 / 0.96 90 %: a decoder with all of the floor's throughput would be 1.09 or
// 1.12 times as good as the linear one.
TEST(Headroom, WorldIsLinearWhereTheBestLinearDecoderIsWithinATenthOfTheBetterReference) {
  const ConditionOutcome outcome = WithFloor(0.88);
  const auto close = HeadroomOf(outcome);
  ASSERT_TRUE(close);
  EXPECT_EQ(close->best_linear->decoder, "rls");
  EXPECT_EQ(close->floor->decoder, kLabel);
  EXPECT_NEAR(close->share.mean, 0.88 / 0.96, 1e-12);
  EXPECT_TRUE(close->is_linear());
  EXPECT_FALSE(HeadroomOf(WithFloor(0.86))->is_linear());
  EXPECT_FALSE(HeadroomOf(ThreeDecoders())) << "there is no reference";
}

TEST(Headroom, IsSaidInASentence) {
  EXPECT_EQ(
      HeadroomText(WithFloor(0.88)),
      "world is linear in closed loop: the best linear decoder (rls) has 92 % (92 to 92) of the "
      "throughput of the label itself without a decoder");
  EXPECT_EQ(HeadroomText(WithFloor(0.86)).find("world is not linear in closed loop: "), 0u);
  EXPECT_EQ(HeadroomText(ThreeDecoders()), "");
  EXPECT_NE(MakeTable({WithFloor(0.88)}).find(HeadroomText(WithFloor(0.88))), std::string::npos);
}

TEST(Rows, HaveEveryFigureTheControlAndTheDifference) {
  const std::vector<ResultRow> rows = MakeRows({ThreeDecoders()}, 5);
  const auto find = [&](const std::string& decoder, const std::string& protocol,
                        const std::string& metric) -> const ResultRow* {
    for (const ResultRow& row : rows) {
      if (row.decoder == decoder && row.protocol == protocol && row.metric == metric) return &row;
    }
    return nullptr;
  };
  const ResultRow* time = find("snn", "frozen-after-10-trials", "time_to_target_s");
  ASSERT_NE(time, nullptr);
  EXPECT_EQ(time->condition, "world");
  EXPECT_EQ(time->n, 3);
  EXPECT_EQ(time->seed, 5u);
  EXPECT_NEAR(*time->ci_low, 0.85 - 0.12421, 1e-5);
  const std::string difference = "time_to_target_s_less_best_linear";
  ASSERT_NE(find("snn", "frozen-after-10-trials", difference), nullptr);
  EXPECT_NEAR(find("snn", "frozen-after-10-trials", difference)->value, -0.1, 1e-12);
  EXPECT_EQ(find("rls", "frozen-after-10-trials", difference), nullptr);
  const ResultRow* ratio = find("snn", "frozen-after-10-trials", "throughput_over_best_linear");
  ASSERT_NE(ratio, nullptr);
  EXPECT_NEAR(ratio->value, (1 / 0.80 + 1 / 0.85 + 1 / 0.90) / (1 / 0.90 + 1 / 0.95 + 1 / 1.00),
              1e-12);
  EXPECT_TRUE(ratio->ci_low);
  EXPECT_EQ(find("rls", "frozen-after-10-trials", "throughput_over_best_linear"), nullptr);
  const ResultRow* dead = find("snn", "dead-neurons-frozen-after-10-trials", "success_rate");
  ASSERT_NE(dead, nullptr);
  EXPECT_EQ(dead->value, 0.0);
  EXPECT_EQ(dead->n, 1);
  EXPECT_FALSE(dead->ci_low);
}

}  // namespace
}  // namespace efferent::closed_loop
