// Silence to HELD to STOPPED, without a clock.
#include "server/loop/watchdog.h"

#include <gtest/gtest.h>

namespace efferent::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;
const WatchdogParams kParams = {
    .hold_after_ns = 20 * kMs, .stop_after_ns = 100 * kMs, .hold_half_life_ns = 40 * kMs};

Command Decoded(std::uint64_t bin, double x) {
  return {bin, static_cast<TimeNs>(bin + 1) * 10 * kMs, CommandStatus::kDecoded,
          TaskVector(x, 0, 0)};
}

PublishedCommand Latest(const CommandMailbox& mailbox) {
  CommandCursor cursor;
  return mailbox.TakeNewer(&cursor).value();
}

TEST(WatchdogParams, ZeroMeansOneAndAHalfBinsAndAHundredMilliseconds) {
  EXPECT_EQ(WatchdogParams{}.Effective(20 * kMs, true).hold_after_ns, 30 * kMs);
  EXPECT_EQ(WatchdogParams{}.Effective(20 * kMs, true).stop_after_ns, 100 * kMs);
}

TEST(WatchdogParams, ShortBinsAreHeldAfterFiveMillisecondsLongOnesStopAfterTwoBins) {
  EXPECT_EQ(WatchdogParams{}.Effective(kMs, true).hold_after_ns, 5 * kMs);
  EXPECT_EQ(WatchdogParams{}.Effective(1'000 * kMs, true).stop_after_ns, 2'000 * kMs);
}

TEST(WatchdogParams, OutsideRealTimeNothingIsHeldForTenMinutesWhateverIsSet) {
  for (const WatchdogParams& asked : {WatchdogParams{}, kParams}) {
    const WatchdogParams effective = asked.Effective(20 * kMs, false);
    EXPECT_EQ(effective.hold_after_ns, 600'000 * kMs);
    EXPECT_GT(effective.stop_after_ns, effective.hold_after_ns);
  }
}

TEST(JudgeSilence, HoldsThenStops) {
  EXPECT_EQ(JudgeSilence(kParams, 20 * kMs - 1).action, SilenceVerdict::Action::kNone);
  EXPECT_EQ(JudgeSilence(kParams, 20 * kMs).action, SilenceVerdict::Action::kHold);
  EXPECT_EQ(JudgeSilence(kParams, 100 * kMs - 1).action, SilenceVerdict::Action::kHold);
  EXPECT_EQ(JudgeSilence(kParams, 100 * kMs).action, SilenceVerdict::Action::kStop);
}

TEST(JudgeSilence, HeldSpeedHalvesInAHalfLife) {
  EXPECT_DOUBLE_EQ(JudgeSilence(kParams, 20 * kMs).hold_factor, 1.0);
  EXPECT_DOUBLE_EQ(JudgeSilence(kParams, 60 * kMs).hold_factor, 0.5);
}

TEST(JudgeSilence, SaysWhenToLookAgain) {
  EXPECT_EQ(JudgeSilence(kParams, 0).look_again_after_ns, 20 * kMs);
  EXPECT_EQ(JudgeSilence(kParams, 25 * kMs).look_again_after_ns, 35 * kMs);
  EXPECT_EQ(JudgeSilence(kParams, 95 * kMs).look_again_after_ns, 100 * kMs);
  EXPECT_EQ(JudgeSilence(kParams, 100 * kMs).look_again_after_ns, Watchdog::kNever);
}

TEST(Watchdog, SaysNothingBeforeTheFirstBin) {
  CommandMailbox mailbox;
  Watchdog watchdog(kParams, &mailbox);
  EXPECT_EQ(watchdog.Look(1'000'000 * kMs).event, Watchdog::Event::kNothing);
  EXPECT_FALSE(mailbox.Stop(0));
  EXPECT_EQ(mailbox.last_bin().number, 0u);
}

TEST(Watchdog, HoldsWithDecayAndThenStopsOnce) {
  CommandMailbox mailbox;
  Watchdog watchdog(kParams, &mailbox);
  mailbox.PublishBin(Decoded(4, 2.0), 77, 0);
  EXPECT_EQ(watchdog.Look(10 * kMs).event, Watchdog::Event::kNothing);

  EXPECT_EQ(watchdog.Look(20 * kMs).event, Watchdog::Event::kHeld);
  EXPECT_EQ(Latest(mailbox).command.status, CommandStatus::kHeld);
  EXPECT_DOUBLE_EQ(Latest(mailbox).command.velocity_m_s.x(), 2.0);
  EXPECT_EQ(Latest(mailbox).client_send_time_ns, 0);

  EXPECT_EQ(watchdog.Look(60 * kMs).event, Watchdog::Event::kNothing);  // still held, renewed
  EXPECT_DOUBLE_EQ(Latest(mailbox).command.velocity_m_s.x(), 1.0);

  EXPECT_EQ(watchdog.Look(100 * kMs).event, Watchdog::Event::kStopped);
  EXPECT_EQ(Latest(mailbox).command.status, CommandStatus::kStopped);
  EXPECT_EQ(Latest(mailbox).command.bin_index, 4u);
  EXPECT_EQ(Latest(mailbox).command.velocity_m_s, TaskVector());
  EXPECT_EQ(watchdog.Look(500 * kMs).event, Watchdog::Event::kNothing);
  EXPECT_EQ(mailbox.held_count(), 1u);
  EXPECT_EQ(mailbox.stopped_count(), 1u);
}

TEST(Watchdog, RenewsAHeldCommandEveryTenMillisecondsOnly) {
  CommandMailbox mailbox;
  Watchdog watchdog(kParams, &mailbox);
  mailbox.PublishBin(Decoded(0, 1.0), 0, 0);
  watchdog.Look(20 * kMs);
  const std::uint64_t number = mailbox.last_bin().number;
  EXPECT_EQ(watchdog.Look(25 * kMs).look_again_at_ns, 30 * kMs);
  EXPECT_EQ(mailbox.last_bin().number, number);
  watchdog.Look(30 * kMs);
  EXPECT_EQ(mailbox.last_bin().number, number + 1);
}

TEST(Watchdog, StartsAnewWithTheNextBin) {
  CommandMailbox mailbox;
  Watchdog watchdog(kParams, &mailbox);
  mailbox.PublishBin(Decoded(0, 1.0), 0, 0);
  watchdog.Look(100 * kMs);
  mailbox.PublishBin(Decoded(1, 1.0), 0, 200 * kMs);
  EXPECT_EQ(watchdog.Look(210 * kMs).event, Watchdog::Event::kNothing);
  EXPECT_EQ(watchdog.Look(300 * kMs).event, Watchdog::Event::kStopped);
  EXPECT_EQ(mailbox.stopped_count(), 2u);
}

}  // namespace
}  // namespace efferent::test
