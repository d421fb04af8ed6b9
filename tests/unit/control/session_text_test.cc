#include "clients/control/session_text.h"

#include <gtest/gtest.h>

namespace efferent::control {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(SessionText, StatusIsNamedAsInTheContractAndUnknownBeforeTheFirstCommand) {
  v1::SessionStatistics statistics;
  EXPECT_EQ(StatusText(statistics), "-");
  statistics.set_command_status(v1::COMMAND_STATUS_HELD);
  EXPECT_EQ(StatusText(statistics), "HELD");
}

TEST(SessionText, StatusOfALaterContractIsUnknown) {
  EXPECT_EQ(StatusText(static_cast<v1::CommandStatus>(99)), "-");
}

TEST(SessionText, WhatIsNotAttachedSaysForHowLong) {
  constexpr std::int64_t kNow = 1'000 * kSecond;
  v1::Session session;
  EXPECT_EQ(AttachedText(session, kNow), "none") << "an older server does not say since when";
  session.set_acquisition_since_time_unix_ns(kNow - 61 * kSecond);
  session.set_arm_since_time_unix_ns(kNow - 90 * kSecond);
  EXPECT_EQ(AttachedText(session, kNow), "none 1 min 1 s") << "since the last of the two has gone";
  session.set_arm_attached(true);
  EXPECT_EQ(AttachedText(session, kNow), "arm, no source 1 min 1 s");
  session.set_acquisition_attached(true);
  EXPECT_EQ(AttachedText(session, kNow), "spikes+arm");
  session.set_arm_attached(false);
  EXPECT_EQ(AttachedText(session, kNow), "spikes, no arm 1 min 30 s");
}

TEST(SessionText, ErrorIsTheRootOfTheMeanSquare) {
  v1::SessionStatistics statistics;
  EXPECT_EQ(RmsErrorText(statistics), "-");
  statistics.set_mean_squared_error_m2_s2(0.0025);
  EXPECT_EQ(RmsErrorText(statistics), "0.0500");
}

TEST(SessionText, TheDriverIsTheFirstDecoderThatTheServerListsElseTheOneAskedFor) {
  v1::Session session;
  EXPECT_EQ(DriverText(session), "snn");
  session.mutable_config()->mutable_decoder()->mutable_rls();
  EXPECT_EQ(DriverText(session), "rls");
  session.add_decoders()->mutable_config()->mutable_nlms();
  session.add_decoders()->mutable_config()->mutable_wiener();
  EXPECT_EQ(DriverText(session), "nlms");
}

TEST(SessionText, AStageWithoutSamplesIsNotThere) {
  v1::SessionStatistics statistics;
  v1::StageLatency& latency = *statistics.add_stage_latencies();
  latency.set_stage(v1::LATENCY_STAGE_LEARN);
  EXPECT_EQ(FindStage(statistics, v1::LATENCY_STAGE_LEARN), nullptr);
  latency.set_count(1);
  EXPECT_EQ(FindStage(statistics, v1::LATENCY_STAGE_LEARN), &latency);
  EXPECT_EQ(FindStage(statistics, v1::LATENCY_STAGE_READ), nullptr);
}

TEST(SessionText, DurationsHaveTheirTwoLargestUnits) {
  EXPECT_EQ(DurationText(kSecond / 4), "0.2 s");
  EXPECT_EQ(DurationText(61 * kSecond), "1 min 1 s");
  EXPECT_EQ(DurationText((3 * 3600 + 12 * 60 + 59) * kSecond), "3 h 12 min");
  EXPECT_EQ(DurationText((2 * 86400 + 3600) * kSecond), "2 d 1 h");
}

TEST(SessionText, MicrosecondsHaveADigitMoreWhereTheyAreFew) {
  EXPECT_EQ(MicrosecondsText(9'940), "9.9");
  EXPECT_EQ(MicrosecondsText(102'400), "102");
}

TEST(SessionText, ALoadThatTheServerDoesNotReportIsNoLine) {
  v1::ServerLoad load;
  EXPECT_EQ(LoadText(load), "");
  load.set_reserved_processors(0.25);
  load.set_reservable_processors(1.6);
  EXPECT_EQ(LoadText(load), "0.25 of 1.60 processors reserved");
  load.set_processor_time_ns(30 * kSecond);
  load.set_up_time_ns(120 * kSecond);
  load.set_resident_bytes(std::int64_t{45} << 20);
  EXPECT_EQ(LoadText(load),
            "0.25 of 1.60 processors reserved; 0.25 used, on average over the 2 min 0 s that the "
            "server is up; 45 MiB resident");
}

}  // namespace
}  // namespace efferent::control
