#include "clients/control/watch_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace efferent::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::int64_t kSecond = 1'000'000'000;

WatchView::Time At(double seconds) {
  return WatchView::Time() + std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 * seconds));
}

v1::WatchSessionResponse Event(v1::TrialEventKind kind, std::int64_t time_ns, bool success) {
  v1::WatchSessionResponse news;
  v1::TrialEvent& event = *news.add_trial_events();
  event.set_kind(kind);
  event.set_time_ns(time_ns);
  event.set_trial_index(3);
  event.set_condition("reach");
  event.set_success(success);
  return news;
}

v1::WatchSessionResponse Command(v1::CommandStatus status, std::uint64_t bin) {
  v1::WatchSessionResponse news;
  news.mutable_command()->set_status(status);
  news.mutable_command()->set_bin_index(bin);
  news.mutable_command()->set_bin_stop_time_ns(kSecond);
  news.mutable_command()->add_velocity_m_s(0.25);
  news.mutable_command()->add_velocity_m_s(0.0);
  return news;
}

v1::WatchSessionResponse Bins(std::uint64_t bins) {
  v1::WatchSessionResponse news;
  news.mutable_statistics()->set_decoded_bin_count(bins);
  return news;
}

TEST(WatchView, ATrialIsALineWhenItBeginsAndOneWhenItEndsWithHowLongItTook) {
  WatchView view;
  EXPECT_THAT(view.Take(Event(v1::TRIAL_EVENT_KIND_START, 2 * kSecond, false), At(0)),
              ElementsAre("     2.000 s  trial 3 reach begins"));
  EXPECT_THAT(view.Status(), HasSubstr("trial 3"));
  EXPECT_THAT(view.Take(Event(v1::TRIAL_EVENT_KIND_STOP, 3 * kSecond, true), At(1)),
              ElementsAre("     3.000 s  trial 3 reach ends: target acquired, 1.00 s"));
  EXPECT_THAT(view.Status(), Not(HasSubstr("trial 3")));
}

TEST(WatchView, TheEndOfATrialWhoseBeginningWasMissedHasNoLength) {
  WatchView view;
  EXPECT_THAT(view.Take(Event(v1::TRIAL_EVENT_KIND_STOP, 3 * kSecond, false), At(0)),
              ElementsAre("     3.000 s  trial 3 reach ends: target not acquired"));
}

TEST(WatchView, AConditionCannotSteerTheTerminal) {
  v1::WatchSessionResponse news = Event(v1::TRIAL_EVENT_KIND_START, 0, false);
  news.mutable_trial_events(0)->set_condition("\x1b[2Jreach\n");
  WatchView view;
  EXPECT_THAT(view.Take(news, At(0)), ElementsAre("     0.000 s  trial 3 ?[2Jreach? begins"));
}

TEST(WatchView, OnlyAChangeOfStatusIsALine) {
  WatchView view;
  EXPECT_THAT(view.Take(Command(v1::COMMAND_STATUS_DECODED, 4), At(0)),
              ElementsAre("     1.000 s  commands are DECODED (bin 4)"));
  EXPECT_THAT(view.Take(Command(v1::COMMAND_STATUS_DECODED, 5), At(0)), IsEmpty());
  EXPECT_THAT(view.Take(Command(v1::COMMAND_STATUS_HELD, 5), At(0)),
              ElementsAre("     1.000 s  commands are HELD, was DECODED (bin 5)"));
}

TEST(WatchView, TheStatusHasTheLastCommandAndTheRateOverASecond) {
  WatchView view;
  EXPECT_EQ(view.Status(), "no command yet");
  view.Take(Command(v1::COMMAND_STATUS_DECODED, 4), At(0));
  view.Take(Bins(100), At(0));
  view.Take(Bins(150), At(0.5));
  EXPECT_THAT(view.Status(), Not(HasSubstr("bins/s")));
  view.Take(Bins(300), At(2));
  EXPECT_THAT(view.Status(), HasSubstr("DECODED (0.250, 0.000) m/s  100 bins/s  rms error - m/s"));
}

}  // namespace
}  // namespace efferent::control
