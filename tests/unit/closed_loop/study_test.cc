#include "clients/evaluation/closed_loop/study.h"

#include <gtest/gtest.h>

#include "clients/evaluation/closed_loop/closed_loop_rows.h"
#include "clients/evaluation/closed_loop/condition_table.h"
#include "clients/session/errors.h"

namespace efferent::closed_loop {
namespace {

std::vector<ConditionOutcome> Study(const std::string& conditions, const std::string& decoders,
                                    int num_threads, std::vector<std::string> settings = {},
                                    StudyProgress* last = nullptr) {
  StudyParams params;
  params.decoders = {decoders, std::move(settings)};
  params.num_populations = 3;
  params.num_control_populations = 1;
  params.seed = 11;
  params.num_threads = num_threads;
  return RunStudy(ChooseConditions(AllConditions({}, {5, 0.2}), conditions), params,
                  [last](const StudyProgress& progress) {
                    if (last != nullptr) *last = progress;
                  });
}

TEST(Study, SaysInTheEndThatAllRunsAndTrialsAreDone) {
  StudyProgress last;
  Study("ops46_10,untuned", "rls", 2, {}, &last);
  EXPECT_TRUE(last.condition == "ops46_10" || last.condition == "untuned") << last.condition;
  // rls: 3 runs and a run for each of two controls, in both; intent and label, 3 runs each: in the first only.
  EXPECT_EQ(last.num_runs, 16u);
  EXPECT_EQ(last.num_done, 16u);
  // A fifth of 10 trials to learn and 5 to test in 11 runs; of 50, in 5 runs.
  EXPECT_EQ(last.num_trials, 11 * (2 + 5) + 5 * (10 + 5));
  EXPECT_EQ(last.trials_done, last.num_trials);
}

TEST(Study, IsTheSameToTheLastBitWhateverTheNumberOfThreads) {
  const auto one = Study("ops46_10,loss60,three_d", "snn,rls", 1);
  const auto three = Study("ops46_10,loss60,three_d", "snn,rls", 3);
  const auto rows = MakeRows(one, 11), others = MakeRows(three, 11);
  ASSERT_EQ(rows.size(), others.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].metric, others[i].metric);
    EXPECT_EQ(rows[i].value, others[i].value);
    EXPECT_EQ(rows[i].ci_low, others[i].ci_low);
  }
  for (std::size_t c = 0; c < one.size(); ++c) {
    for (std::size_t d = 0; d < one[c].decoders.size(); ++d) {
      EXPECT_EQ(one[c].decoders[d].trial_times_s, three[c].decoders[d].trial_times_s);
    }
  }
}

TEST(Study, EqualDecodersFareEquallyAndWeightsAreDrawnAnewInEachRun) {
  const auto outcome = Study("ops46_10", "a=snn,b=snn,c=snn", 2, {"c.seed=2"}).front();
  const auto times = [&](std::size_t decoder) { return outcome.decoders[decoder].trial_times_s; };
  EXPECT_EQ(times(0), times(1));
  EXPECT_NE(times(0), times(2));
}

TEST(Study, LearnsIsScoredFrozenAndHasItsControlAndItsFloor) {
  const auto outcome = Study("ops46_50", "rls", 2).front();
  ASSERT_EQ(outcome.decoders.size(), 3u);
  const DecoderOutcome& rls = outcome.decoders[0];
  EXPECT_EQ(rls.runs.size(), 3u);
  EXPECT_EQ(rls.dead_runs.size(), 1u);
  EXPECT_EQ(rls.summed_runs.size(), 1u);
  EXPECT_EQ(rls.trial_times_s.size(), 15u);  // 0.2 * 50 to learn, 5 test trials
  EXPECT_EQ(rls.sample_trials.size(), 5u);
  EXPECT_FALSE(rls.sample_trials[0].path.empty());
  EXPECT_GT(rls.trial_times_s[0], rls.trial_times_s[14]);  // It knew nothing yet.
  EXPECT_EQ(Summarize(rls.runs, kMetrics[0]).mean, 1.0);
  EXPECT_EQ(rls.dead_runs[0].success_rate, 0.0);
  EXPECT_LT(rls.summed_runs[0].success_rate, 0.5);  // The number of spikes says little of the way.
  EXPECT_TRUE(rls.is_linear);
  const DecoderOutcome& floor = outcome.decoders[1];
  EXPECT_TRUE(floor.is_reference);
  EXPECT_FALSE(floor.is_linear);
  EXPECT_LT(Summarize(floor.runs, kMetrics[1]).mean, Summarize(rls.runs, kMetrics[1]).mean);
}

TEST(Study, WhatTheCallerSetsWinsOverWhatSuits) {
  // An integrator that forgets at once gets nowhere near.
  const auto outcome = Study("ops46_10", "rls,stiff=rls", 2, {"stiff.output_leak=0"}).front();
  EXPECT_GT(Summarize(outcome.decoders[1].runs, kMetrics[1]).mean,
            Summarize(outcome.decoders[0].runs, kMetrics[1]).mean + 0.05);
}

TEST(Study, RefusesDecodersAndSettingsThatAreNotThere) {
  EXPECT_THROW(Study("ops46_10", "psychic", 1), InputError);
  EXPECT_THROW(Study("ops46_10", "rls", 1, {"rls.mood=1"}), InputError);
}

}  // namespace
}  // namespace efferent::closed_loop
