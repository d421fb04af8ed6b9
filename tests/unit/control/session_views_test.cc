// `efferent session list` and `show`, from messages to text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/control/session_details.h"
#include "clients/control/session_table.h"

namespace efferent::control {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kSecond = 1'000'000'000;

v1::Session SomeSession() {
  v1::Session session;
  session.set_session_id("s1");
  session.set_create_time_unix_ns(100 * kSecond);
  session.set_learning_enabled(true);
  session.set_acquisition_attached(true);
  session.set_applied_sequence_number(110);
  session.mutable_config()->set_subject_code("m7");
  session.mutable_config()->set_num_channels(96);
  session.mutable_config()->set_bin_width_ns(2'500'000);
  v1::SessionStatistics& statistics = *session.mutable_statistics();
  statistics.set_decoded_bin_count(400);
  statistics.set_missing_chunk_count(10);
  statistics.set_late_chunk_count(3);
  statistics.set_duplicate_chunk_count(2);
  statistics.set_command_status(v1::COMMAND_STATUS_STOPPED);
  return session;
}

TEST(SessionList, ASessionARow) {
  v1::ListSessionsResponse answer;
  *answer.add_sessions() = SomeSession();
  EXPECT_THAT(
      DescribeSessions(answer, "here:1", 110 * kSecond),
      ContainsRegex("\ns1 +m7 +snn +STOPPED +on +spikes, no arm +96 +2.5 +40.0 +400 +- +0 +10\n$"));
}

TEST(SessionList, MeanRateIsUnknownIfTheClocksDisagree) {
  v1::ListSessionsResponse answer;
  *answer.add_sessions() = SomeSession();
  EXPECT_THAT(DescribeSessions(answer, "here:1", 99 * kSecond), ContainsRegex(" 2.5 +- +400 "));
}

TEST(SessionList, AnEmptyServerSaysHowToBegin) {
  EXPECT_THAT(DescribeSessions({}, "here:1", 0),
              AllOf(HasSubstr("no session at here:1"),
                    HasSubstr("`efferent subject --server here:1`"), Not(HasSubstr("decoder"))));
}

TEST(SessionList, TheLoadIsTheLastLine) {
  v1::ListSessionsResponse answer;
  answer.mutable_load()->set_up_time_ns(kSecond);
  EXPECT_THAT(DescribeSessions(answer, "here:1", 0), ContainsRegex("\n0.00 used, .*is up\n$"));
}

TEST(SessionShow, SaysSinceWhenStreamsAreAttachedOrNot) {
  v1::Session session = SomeSession();
  session.set_acquisition_since_time_unix_ns(101 * kSecond);
  session.set_arm_since_time_unix_ns(100 * kSecond);
  EXPECT_THAT(DescribeSession(session),
              AllOf(HasSubstr("  source     attached since 1970-01-01 00:01:41 UTC\n"),
                    HasSubstr("  arm        none since 1970-01-01 00:01:40 UTC\n")));
}

TEST(SessionShow, EveryChunkIsAccountedFor) {
  EXPECT_THAT(DescribeSession(SomeSession()),
              HasSubstr("110 sent: 100 applied, 10 missing (3 came too late, 7 never); "
                        "2 duplicates ignored\n"));
}

TEST(SessionShow, LatencyHasTheStagesThatWereMeasured) {
  v1::Session session = SomeSession();
  EXPECT_THAT(DescribeSession(session), HasSubstr("\nlatency\n  nothing measured yet\n"));
  v1::StageLatency& latency = *session.mutable_statistics()->add_stage_latencies();
  latency.set_stage(v1::LATENCY_STAGE_DECODE);
  latency.set_count(400);
  latency.set_p50_ns(12'000);
  latency.set_p99_ns(20'000);
  latency.set_max_ns(1'500'000);
  EXPECT_THAT(DescribeSession(session),
              AllOf(ContainsRegex("\n  decode: [^\n]*a bin +400 +12 +20 +1500\n"),
                    Not(HasSubstr("learn: "))));
}

TEST(SessionShow, DecodersAreTheDriverAndItsShadowsWithTheirScores) {
  v1::Session session = SomeSession();
  v1::SessionDecoder& driver = *session.add_decoders();
  driver.set_name("driver");
  driver.mutable_config()->mutable_rls();
  driver.set_scored_bin_count(50);
  driver.set_mean_squared_error_m2_s2(0.01);
  v1::SessionDecoder& shadow = *session.add_decoders();
  shadow.set_name("calm");
  shadow.mutable_config()->mutable_snn();
  shadow.set_learned_bin_count(40);
  shadow.set_skipped_bin_count(6);
  shadow.set_frozen(true);
  session.set_driver_since_bin_index(77);
  session.set_decoder_change_pending(true);
  EXPECT_THAT(DescribeDecoders(session),
              AllOf(ContainsRegex("\ndriver +rls +on +0.1000 +50 +0\n"),
                    ContainsRegex("\nshadow calm +snn +frozen +- +0 +40 +6\n"),
                    HasSubstr("driver since bin 77\na change waits for the next bin\n")));
}

TEST(SessionShow, AServerThatListsNoDecodersIsTakenAtItsSettings) {
  v1::Session session = SomeSession();
  session.mutable_config()->mutable_decoder()->mutable_wiener();
  EXPECT_THAT(DescribeDecoders(session), ContainsRegex("\ndriver +wiener +on +- +- +0\n"));
}

TEST(SessionShow, SettingsAreWhatIsSet) {
  EXPECT_THAT(DescribeSession(SomeSession()),
              HasSubstr("  subject_code: \"m7\"\n  num_channels: 96\n  bin_width_ns: 2500000\n"));
}

}  // namespace
}  // namespace efferent::control
