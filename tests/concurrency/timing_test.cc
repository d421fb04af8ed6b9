// What the control loop does when time presses, with a clock of the test's own.
#include <gtest/gtest.h>

#include "server/loop/bin_schedule.h"
#include "server/loop/expected_duration.h"
#include "server/loop/handling_budget.h"
#include "tests/concurrency/loop_fixture.h"

namespace efferent::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;

/// A loop whose learning takes `learning_ns`, fed bin by bin in real time, or later if the server is
/// late.
struct PressedLoop {
  explicit PressedLoop(std::int64_t learning_ns, bool real_time = true)
      : fixture(1e6, [this, learning_ns] { fixture.now_ns += learning_ns; },
                {.real_time = real_time}) {}

  void Feed(std::uint64_t number, std::int64_t arrives_at_ns) {
    fixture.now_ns = std::max(fixture.now_ns.load(), arrives_at_ns);
    ASSERT_TRUE(fixture.inbox.Put(LoopFixture::State(1), {}));
    fixture.Handle(LoopFixture::Events(number, static_cast<double>(number)));
  }
  void FeedInTime(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t number = first; number <= last; ++number) {
      Feed(number, LoopFixture::Bins(static_cast<double>(number)));
    }
  }
  LoopStatus status() const { return fixture.loop->status(); }

  LoopFixture fixture;
};

TEST(Timing, LearningThatFitsBetweenTwoBinsIsDone) {
  PressedLoop loop(3 * kMs);
  loop.FeedInTime(1, 20);
  EXPECT_EQ(loop.status().learned_bin_count, 20u);
  EXPECT_EQ(loop.status().skipped_learning_count, 0u);
  EXPECT_EQ(loop.status().missed_deadline_count, 0u);
}

TEST(Timing, LearningThatWouldDelayTheNextCommandIsSkippedAndCounted) {
  PressedLoop loop(15 * kMs);  // a bin is 10 ms
  loop.FeedInTime(1, 20);
  EXPECT_EQ(loop.status().learned_bin_count, 1u) << "before the first time nobody knows";
  EXPECT_EQ(loop.status().skipped_learning_count, 19u);
  EXPECT_EQ(loop.status().missed_deadline_count, 0u) << "5 ms late are within the deadline";
}

TEST(Timing, LearningThatWouldBeginInTheSecondHalfOfItsTimeGivesWayAtOnce) {
  PressedLoop loop(0);
  loop.FeedInTime(1, 5);
  loop.Feed(6, LoopFixture::Bins(6) + 5 * kMs);
  EXPECT_EQ(loop.status().skipped_learning_count, 0u) << "half of 10 ms";
  loop.Feed(7, LoopFixture::Bins(7) + 5 * kMs + 1);
  EXPECT_EQ(loop.status().skipped_learning_count, 1u);
  loop.Feed(8, LoopFixture::Bins(8));
  EXPECT_EQ(loop.status().learned_bin_count, 7u);
  EXPECT_EQ(loop.status().missed_deadline_count, 0u);
}

TEST(Timing, WhatWasSkippedIsTriedAgainSometime) {
  PressedLoop loop(15 * kMs);
  loop.FeedInTime(1, 200);
  EXPECT_GT(loop.status().learned_bin_count, 1u);
  EXPECT_LT(loop.status().learned_bin_count, 10u);
}

TEST(Timing, OutsideRealTimeEveryBinIsLearntFromHoweverLongItTakes) {
  PressedLoop loop(15 * kMs, false);
  loop.FeedInTime(1, 20);
  EXPECT_EQ(loop.status().learned_bin_count, 20u);
  EXPECT_EQ(loop.status().skipped_learning_count, 0u);
  EXPECT_EQ(loop.status().missed_deadline_count, 0u);
}

TEST(Timing, CommandThatComesLaterThanItsDeadlineIsCounted) {
  PressedLoop loop(0);
  loop.FeedInTime(1, 5);
  loop.Feed(6, LoopFixture::Bins(6) + 10 * kMs);
  EXPECT_EQ(loop.status().missed_deadline_count, 0u) << "just in time";
  loop.Feed(7, LoopFixture::Bins(7) + 10 * kMs + 1);
  EXPECT_EQ(loop.status().missed_deadline_count, 1u);
}

TEST(Timing, SourceThatIsFasterThanRealTimeIsNeverLate) {
  PressedLoop loop(0);
  for (std::uint64_t number = 1; number <= 100; ++number) {
    loop.Feed(number, static_cast<std::int64_t>(number) * kMs);
  }
  EXPECT_EQ(loop.status().missed_deadline_count, 0u);
}

/// An hour of a source whose clock runs `rate` times as fast as the server's.
LoopStatus HourOfASource(double rate, std::int64_t deadline_ns) {
  LoopFixture fixture(1e6, {}, {.real_time = true, .deadline_ns = deadline_ns});
  for (std::uint64_t number = 1; number <= 360'000; ++number) {
    fixture.now_ns = static_cast<std::int64_t>(static_cast<double>(LoopFixture::Bins(1)) / rate *
                                               static_cast<double>(number));
    fixture.Handle(LoopFixture::Events(number, static_cast<double>(number)));
  }
  return fixture.loop->status();
}

TEST(Timing, SourceWhoseClockIsOnePercentFastIsNotLateInAnHour) {
  EXPECT_EQ(HourOfASource(1.01, 0).missed_deadline_count, 0u);
}

// What a slow clock falls behind within the schedule's window, 4 s, it is late: 40 ms here, as much
// after an hour, in which it falls 36 s behind, as after the first seconds.
TEST(Timing, SourceWhoseClockIsOnePercentSlowIsNoLaterAfterAnHourThanAfterSeconds) {
  EXPECT_EQ(HourOfASource(0.99, 41 * kMs).missed_deadline_count, 0u);
}

// A thousand parts per million is worse than any quartz: 4 ms late, 3.6 s behind after the hour.
TEST(Timing, SourceWhoseClockIsAThousandthSlowIsNotLateInAnHour) {
  EXPECT_EQ(HourOfASource(0.999, 0).missed_deadline_count, 0u);
}

// Ten seconds ahead of the server's clock is as far as it may jump by default.
TEST(Timing, SourceWhoseClockJumpsSecondsAheadIsNotLateAndLearnsOn) {
  constexpr int kJump = 1'000;
  PressedLoop loop(3 * kMs);
  loop.FeedInTime(1, 20);
  for (int bin = kJump; bin < kJump + 20; ++bin) {
    const auto number = static_cast<std::uint64_t>(21 + bin - kJump);
    loop.fixture.now_ns = LoopFixture::Bins(static_cast<double>(number));
    ASSERT_TRUE(loop.fixture.inbox.Put(LoopFixture::State(1), {}));
    loop.fixture.Handle(LoopFixture::Counts(number, bin, 1, 1.0f));
  }
  EXPECT_EQ(loop.status().missed_bin_count, kJump - 20u);
  EXPECT_EQ(loop.status().decoded_bin_count, 40u);
  EXPECT_EQ(loop.status().learned_bin_count, 40u);
  EXPECT_EQ(loop.status().missed_deadline_count, 0u);
}

TEST(Timing, ShadowThatTakesTooLongIsSkippedAndTheDriverLearnsOn) {
  PressedLoop loop(1 * kMs);
  DecoderChange change;
  change.kind = DecoderChange::Kind::kAddShadow;
  change.slot = 3;
  change.learner = loop.fixture.loop->MakeLearner(std::make_unique<ProbeDecoder>(
      std::make_shared<Diary>(), [&] { loop.fixture.now_ns += 20 * kMs; }));
  ASSERT_TRUE(loop.fixture.loop->Change(std::move(change)));
  loop.FeedInTime(1, 20);
  // The first time the shadow takes 20 ms: the next bin is late, and its learning is skipped.
  EXPECT_GE(loop.status().learned_bin_count, 18u);
  EXPECT_EQ(loop.status().shadows[3].learned_bin_count, 1u);
  EXPECT_EQ(loop.status().shadows[3].skipped_bin_count, 19u);
}

TEST(BinSchedule, BinIsDueWhenTheLeastDelayedChunkSaysSo) {
  BinSchedule schedule;
  schedule.OnChunk(10 * kMs, 510 * kMs);
  schedule.OnChunk(20 * kMs, 517 * kMs);
  schedule.OnChunk(30 * kMs, 540 * kMs);
  EXPECT_EQ(schedule.DueNs(30 * kMs), 527 * kMs);
}

TEST(BinSchedule, SourceThatIsLateByNowOnIsLateForSomeSecondsOnly) {
  BinSchedule schedule;
  TimeNs time = 0;
  for (; time < 5'000 * kMs; time += 10 * kMs) schedule.OnChunk(time, time);
  const std::int64_t delay_ns = 70 * kMs;
  schedule.OnChunk(time, time + delay_ns);
  EXPECT_EQ(schedule.DueNs(time), time);
  for (; time < 10'000 * kMs; time += 10 * kMs) schedule.OnChunk(time, time + delay_ns);
  EXPECT_EQ(schedule.DueNs(time), time + delay_ns);
}

// Two blocks of 100 ms in which lateness stays where it is.
TEST(BinSchedule, PauseThatStaysIsTheNewOffsetAfterAFifthOfASecond) {
  BinSchedule schedule;
  for (TimeNs time = 0; time <= 1'000 * kMs; time += 10 * kMs) schedule.OnChunk(time, time);
  TimeNs time = 1'010 * kMs;
  const std::int64_t pause_ns = 2'000 * kMs;
  for (; time < 1'210 * kMs; time += 10 * kMs) {
    schedule.OnChunk(time, time + pause_ns);
    EXPECT_TRUE(schedule.is_behind());
    EXPECT_EQ(schedule.DueNs(time), time);
  }
  schedule.OnChunk(time, time + pause_ns);
  EXPECT_FALSE(schedule.is_behind());
  EXPECT_EQ(schedule.DueNs(time), time + pause_ns);
}

TEST(BinSchedule, PauseIsRecognisedThoughEveryOtherChunkComesUpTo50MillisecondsLater) {
  BinSchedule schedule;
  for (TimeNs time = 0; time <= 1'000 * kMs; time += 10 * kMs) schedule.OnChunk(time, time);
  std::int64_t jitter_ms = 13, now_ns = 0;
  TimeNs time = 1'010 * kMs;
  for (; time <= 1'410 * kMs; time += 10 * kMs) {
    jitter_ms = (jitter_ms * 37 + 11) % 101;
    const std::int64_t delay_ns = 2'000 * kMs + std::max<std::int64_t>(0, jitter_ms - 50) * kMs;
    now_ns = std::max(now_ns, time + delay_ns);  // chunks come in order
    schedule.OnChunk(time, now_ns);
  }
  EXPECT_FALSE(schedule.is_behind());
  EXPECT_NEAR(static_cast<double>(schedule.DueNs(0)), 2e9, 5e6);
}

// However slowly it is caught up, as long as it is faster than 1.1 times real time: 1.25 here.
TEST(BinSchedule, DelayThatIsCaughtUpIsLateAllTheTimeAndTheOffsetStays) {
  BinSchedule schedule;
  for (TimeNs time = 0; time <= 1'000 * kMs; time += 10 * kMs) schedule.OnChunk(time, time);
  std::int64_t now_ns = 6'000 * kMs;  // it stood still for five seconds
  TimeNs time = 1'010 * kMs;
  for (; now_ns - time > 100 * kMs; time += 10 * kMs, now_ns += 8 * kMs) {
    schedule.OnChunk(time, now_ns);
    ASSERT_TRUE(schedule.is_behind());
    ASSERT_EQ(schedule.DueNs(time), time);
  }
  EXPECT_GT(now_ns, 20'000 * kMs) << "far longer than the window";
  schedule.OnChunk(time, now_ns);
  EXPECT_FALSE(schedule.is_behind());
  EXPECT_EQ(schedule.DueNs(time), time);
}

// Each chunk that is in time again must not make the old offset last longer: the source would be late for ever.
TEST(BinSchedule, PauseAtTheBoundOfBeingBehindIsTheNewOffsetAfterSomeSeconds) {
  BinSchedule schedule;
  TimeNs time = 0;
  for (; time < 5'000 * kMs; time += 10 * kMs) schedule.OnChunk(time, time);
  bool is_late = false;
  for (; time < 15'000 * kMs; time += 10 * kMs, is_late = !is_late) {
    schedule.OnChunk(time, time + (is_late ? 103 : 97) * kMs);
  }
  EXPECT_FALSE(schedule.is_behind());
  EXPECT_EQ(schedule.DueNs(0), 97 * kMs);
}

TEST(BinSchedule, OneThatIsOlderThanItsFirstChunkIsBehindUntilTheyAreSteady) {
  BinSchedule schedule;
  schedule.BeginBehind();
  TimeNs time = 5'000 * kMs;
  // What was kept while the server was away comes at once, then all is as always.
  for (; time < 7'000 * kMs; time += 10 * kMs) schedule.OnChunk(time, 7'000 * kMs);
  EXPECT_TRUE(schedule.is_behind());
  for (; time < 7'300 * kMs; time += 10 * kMs) schedule.OnChunk(time, time);
  EXPECT_FALSE(schedule.is_behind());
  EXPECT_EQ(schedule.DueNs(time), time);
}

TEST(BinSchedule, WideBinsAreNoPause) {
  BinSchedule schedule;
  schedule.OnChunk(1'000 * kMs, 1'000 * kMs);
  schedule.OnChunk(2'000 * kMs, 2'050 * kMs);
  EXPECT_EQ(schedule.DueNs(2'000 * kMs), 2'000 * kMs);
}

TEST(ExpectedDuration, LeavesRoomForWhatVaries) {
  ExpectedDuration steady, varying;
  for (int i = 0; i < 100; ++i) {
    steady.Observe(100);
    varying.Observe(i % 2 == 0 ? 50 : 150);
  }
  EXPECT_NEAR(static_cast<double>(steady.ns()), 100.0, 2.0);
  EXPECT_GT(varying.ns(), 200);
}

TEST(HandlingBudget, SessionThatKeepsToItsShareAlwaysHasTime) {
  HandlingBudget budget(0.01);
  for (std::int64_t now_ns = 0; now_ns < 10'000 * kMs; now_ns += 10 * kMs) {
    ASSERT_TRUE(budget.HasTime(now_ns));
    budget.Spend(kMs / 10);
  }
}

TEST(HandlingBudget, SessionThatFloodsHasNoneUntilItHasWaited) {
  HandlingBudget budget(0.01);
  ASSERT_TRUE(budget.HasTime(0));
  budget.Spend(30 * kMs);
  EXPECT_FALSE(budget.HasTime(0));
  EXPECT_FALSE(budget.HasTime(900 * kMs));
  EXPECT_TRUE(budget.HasTime(1'001 * kMs)) << "twice the promised rate: 20 ms in a second";
}

}  // namespace
}  // namespace efferent::test
