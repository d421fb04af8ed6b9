#include "clients/control/top_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "clients/report/terminal_text.h"

namespace efferent::control {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void AddSession(const std::string& id, std::uint64_t bins, std::int64_t respond_p99_ns,
                std::uint64_t missed, ServerLook* look) {
  v1::Session& session = *look->answer.add_sessions();
  session.set_session_id(id);
  v1::SessionStatistics& statistics = *session.mutable_statistics();
  statistics.set_command_status(v1::COMMAND_STATUS_DECODED);
  statistics.set_decoded_bin_count(bins);
  statistics.set_missed_deadline_count(missed);
  v1::StageLatency& latency = *statistics.add_stage_latencies();
  latency.set_stage(v1::LATENCY_STAGE_RESPOND);
  latency.set_count(1);
  latency.set_p50_ns(100'000);
  latency.set_p99_ns(respond_p99_ns);
}

// Two looks, a second apart. Of b, a, c: `a` is the fastest now, `b` the slowest to respond, and `c`
// missed most deadlines in between, though `b` missed more in all.
TopView ThreeSessions() {
  TopView view;
  view.address = "here:1";
  view.order = TopOrder::kId;
  view.before.emplace();
  view.before->time += std::chrono::seconds(1);
  AddSession("b", 1000, 0, 9, &*view.before);
  AddSession("a", 0, 0, 0, &*view.before);
  AddSession("c", 0, 0, 0, &*view.before);
  view.now.emplace();
  view.now->time += std::chrono::seconds(2);
  AddSession("b", 1010, 300'000, 9, &*view.now);
  AddSession("a", 100, 100'000, 0, &*view.now);
  AddSession("c", 50, 200'000, 2, &*view.now);
  return view;
}

// Ids in the order of their rows.
std::string OrderOfRows(TopView view, TopOrder order) {
  view.order = order;
  std::string ids;
  for (const std::string& line : Lines(RenderTop(view, std::nullopt, false))) {
    if (line.find("DECODED") != std::string::npos) ids += line.substr(0, 1);
  }
  return ids;
}

TEST(TopView, SessionsAreInTheOrderThatWasAskedFor) {
  EXPECT_EQ(OrderOfRows(ThreeSessions(), TopOrder::kId), "abc");
  EXPECT_EQ(OrderOfRows(ThreeSessions(), TopOrder::kRate), "acb");
  EXPECT_EQ(OrderOfRows(ThreeSessions(), TopOrder::kLatency), "bca");
  EXPECT_EQ(OrderOfRows(ThreeSessions(), TopOrder::kMissed), "cba");
}

TEST(TopView, ARowHasWhatChangedAndWhatIsInAll) {
  EXPECT_THAT(
      RenderTop(ThreeSessions(), std::nullopt, false),
      ContainsRegex("\nc +snn +DECODED +frozen +50.0 +- +100/200 +2/2 +0/0/0 +0 +- +- +-$"));
}

TEST(TopView, WhatTheServerDoesNotSayIsNotMadeUp) {
  TopView view;
  view.address = "here:1";
  view.now.emplace();
  view.now->answer.add_sessions()->set_session_id("s");
  EXPECT_THAT(RenderTop(view, std::nullopt, false),
              AllOf(HasSubstr("here:1   1 session\n"), Not(HasSubstr("processors")),
                    ContainsRegex("\ns +snn +- +frozen +- +- +- +0/0 +0/0/0 +0 +- +- +-$")));
}

TEST(TopView, TheHeaderHasTheServersLoad) {
  TopView view = ThreeSessions();
  v1::ServerLoad& was = *view.before->answer.mutable_load();
  was.set_up_time_ns(60'000'000'000);
  was.set_processor_time_ns(1'000'000'000);
  v1::ServerLoad& load = *view.now->answer.mutable_load();
  load.set_up_time_ns(62'000'000'000);
  load.set_processor_time_ns(2'000'000'000);
  load.set_reserved_processors(0.4);
  load.set_reservable_processors(1.6);
  load.set_resident_bytes(std::int64_t{20} << 20);
  EXPECT_THAT(
      RenderTop(view, std::nullopt, false),
      AllOf(
          HasSubstr("here:1   3 sessions   up 1 min 2 s\n"),
          HasSubstr(
              "\n0.50 processors in use   0.40 of 1.60 processors reserved   20 MiB resident\n")));
}

TEST(TopView, ALostServerIsSaidAboveWhatWasKnownLast) {
  TopView view = ThreeSessions();
  view.trouble = "no answer for 3 s";
  EXPECT_THAT(RenderTop(view, std::nullopt, false),
              AllOf(HasSubstr("\nno answer for 3 s\n"), HasSubstr("DECODED")));
  view.now.reset();
  EXPECT_THAT(RenderTop(view, std::nullopt, false), HasSubstr("\nno answer for 3 s\n"));
}

TEST(TopView, StatusHasTheColourOfItsGravityAndColoursMoveNothing) {
  TopView view = ThreeSessions();
  const auto set = [&](int index, v1::CommandStatus status) {
    view.now->answer.mutable_sessions(index)->mutable_statistics()->set_command_status(status);
  };
  set(1, v1::COMMAND_STATUS_HELD);
  set(2, v1::COMMAND_STATUS_FAULT);
  const std::string coloured = RenderTop(view, std::nullopt, true);
  EXPECT_THAT(coloured, AllOf(HasSubstr("\x1b[32mDECODED\x1b[0m"), HasSubstr("\x1b[33mHELD\x1b[0m"),
                              HasSubstr("\x1b[31mFAULT\x1b[0m")));
  const std::vector<std::string> with = Lines(coloured);
  const std::vector<std::string> without = Lines(RenderTop(view, std::nullopt, false));
  ASSERT_EQ(with.size(), without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(NumColumns(with[i]), without[i].size()) << without[i];
  }
}

TEST(TopView, IsCutToTheTerminalAndSaysHowManySessionsHaveNoRoom) {
  // 2 lines of header, 2 of the table's, 3 sessions: of those, one has room, and the line that says so.
  const std::vector<std::string> lines = Lines(RenderTop(ThreeSessions(), TextSize{20, 6}, true));
  ASSERT_EQ(lines.size(), 6U);
  for (const std::string& line : lines) EXPECT_LE(NumColumns(line), 20U) << line;
  EXPECT_EQ(lines[4].substr(0, 1), "a");
  EXPECT_EQ(lines[5], "1 to 1 of 3; j and k");
}

TEST(TopView, IsScrolledAsFarAsThereAreSessions) {
  TopView view = ThreeSessions();
  view.first_row = 1;
  EXPECT_EQ(Lines(RenderTop(view, TextSize{200, 6}, false))[4].substr(0, 1), "b");
  view.first_row = 1000;
  const std::vector<std::string> lines = Lines(RenderTop(view, TextSize{200, 6}, false));
  EXPECT_EQ(lines[4].substr(0, 1), "c");
  EXPECT_EQ(lines[5], "3 to 3 of 3; j and k show more");
  EXPECT_EQ(NumRowsShown(view, TextSize{200, 6}), 1);
  EXPECT_EQ(NumRowsShown(view, TextSize{200, 7}), 3);
}

TEST(TopView, TheGravestIsFirstUnlessAnotherOrderIsAskedFor) {
  TopView view = ThreeSessions();
  view.order = TopOrder::kAlarms;
  AddSession("d", 0, 0, 0, &*view.now);
  AddSession("e", 0, 0, 0, &*view.now);
  const auto set = [&](int index, v1::CommandStatus status) {
    view.now->answer.mutable_sessions(index)->mutable_statistics()->set_command_status(status);
  };
  set(0, v1::COMMAND_STATUS_HELD);     // b
  set(3, v1::COMMAND_STATUS_STOPPED);  // d
  set(4, v1::COMMAND_STATUS_FAULT);    // e
  std::string ids;
  const std::vector<std::string> lines = Lines(RenderTop(view, std::nullopt, false));
  for (std::size_t i = 4; i < lines.size(); ++i) ids += lines[i].substr(0, 1);
  EXPECT_EQ(ids, "edbca") << "c missed deadlines since the look before";
}

TEST(TopView, TextOfTheServerBringsNoControlSequence) {
  TopView view = ThreeSessions();
  view.now->answer.mutable_sessions(0)->set_session_id("b\x1b]0;title\x07");
  view.now->answer.set_recording_problem("disk\x1b[2J full");
  view.trouble = "lost\n\x1b[H";
  const std::string text = RenderTop(view, std::nullopt, false);
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\x07")), HasSubstr("b?]0;title?"),
                          HasSubstr("NOTHING IS RECORDED: disk?[2J full")));
}

TEST(TopView, WhatFitsIsNotCut) {
  const std::string whole = RenderTop(ThreeSessions(), std::nullopt, true);
  EXPECT_EQ(RenderTop(ThreeSessions(), TextSize{300, 7}, true), whole);
}

TEST(TopView, ATerminalOfNoSizeIsSurvived) {
  EXPECT_EQ(NumColumns(RenderTop(ThreeSessions(), TextSize{0, 0}, true)), 0U);
}

}  // namespace
}  // namespace efferent::control
