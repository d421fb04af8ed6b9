#include "clients/demo/trial_log.h"

#include <gtest/gtest.h>

namespace efferent::demo {
namespace {

void AddEvent(v1::WatchSessionResponse* news, v1::TrialEventKind kind, std::uint32_t index,
              std::int64_t time_ns, bool success = false) {
  v1::TrialEvent& event = *news->add_trial_events();
  event.set_kind(kind);
  event.set_trial_index(index);
  event.set_time_ns(time_ns);
  event.set_condition(index < 2 ? "a" : "b");
  event.set_success(success);
}

void SetState(v1::WatchSessionResponse* news, std::int64_t time_ns, double x, double target_x) {
  news->mutable_arm_state()->set_time_ns(time_ns);
  news->mutable_arm_state()->add_position_m(x);
  news->mutable_arm_state()->add_position_m(0.0);
  news->mutable_target()->add_position_m(target_x);
  news->mutable_target()->add_position_m(0.0);
  news->mutable_target()->set_radius_m(0.025);
}

TEST(TrialLog, PutsTogetherWhatHappenedInATrial) {
  TrialLog log;
  v1::WatchSessionResponse news;
  AddEvent(&news, v1::TRIAL_EVENT_KIND_START, 0, 1'000'000'000);
  SetState(&news, 1'000'000'000, 0.0, 0.08);
  log.Take(news, 0);
  ASSERT_TRUE(log.running());
  news.Clear();
  SetState(&news, 1'400'000'000, 0.05, 0.08);
  log.Take(news, 0);
  news.Clear();
  AddEvent(&news, v1::TRIAL_EVENT_KIND_STOP, 0, 1'810'000'000, true);
  log.Take(news, 0);

  ASSERT_EQ(log.trials().size(), 1u);
  const TrialRecord& trial = log.trials()[0];
  EXPECT_EQ(trial.condition, "a");
  EXPECT_TRUE(trial.success);
  EXPECT_DOUBLE_EQ(trial.time_s, 0.81);
  EXPECT_EQ(trial.path_m.size(), 2u);
  EXPECT_DOUBLE_EQ(trial.path_m[1][0], 0.05);
  EXPECT_DOUBLE_EQ(trial.target_m[0], 0.08);
  EXPECT_FALSE(log.running());
  EXPECT_EQ(log.session_time_ns(), 1'400'000'000);
}

TEST(TrialLog, TakesOneTrialsEndAndTheNextOnesStartFromOneMessage) {
  TrialLog log;
  v1::WatchSessionResponse news;
  AddEvent(&news, v1::TRIAL_EVENT_KIND_START, 1, 0);
  AddEvent(&news, v1::TRIAL_EVENT_KIND_STOP, 1, 3'000'000'000, false);
  AddEvent(&news, v1::TRIAL_EVENT_KIND_START, 2, 3'500'000'000);
  SetState(&news, 3'500'000'000, 0.0, -0.08);
  log.Take(news, 0);
  EXPECT_EQ(log.NumDone("a"), 1);
  EXPECT_EQ(log.NumReached("a"), 0);
  ASSERT_TRUE(log.running());
  EXPECT_EQ(log.running()->path_m.size(), 1u);
  EXPECT_DOUBLE_EQ(log.running()->target_m[0], -0.08);
}

TEST(TrialLog, AStopWithoutItsStartIsNoTrial) {
  TrialLog log;
  v1::WatchSessionResponse news;
  AddEvent(&news, v1::TRIAL_EVENT_KIND_STOP, 7, 1, true);
  log.Take(news, 0);
  EXPECT_TRUE(log.trials().empty());
}

TEST(TrialLog, MeasuresOnlyCommandsThatSpikesLedTo) {
  TrialLog log;
  v1::WatchSessionResponse news;
  news.mutable_command()->set_client_send_time_ns(1'000);
  log.Take(news, 401'000);
  news.mutable_command()->set_client_send_time_ns(0);
  log.Take(news, 500'000);
  EXPECT_EQ(log.seen_after().count(), 1);
  EXPECT_NEAR(*log.seen_after().PercentileUs(0.5), 400.0, 4.0);
}

}  // namespace
}  // namespace efferent::demo
