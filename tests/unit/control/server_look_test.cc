#include "clients/control/server_look.h"

#include <gtest/gtest.h>

namespace efferent::control {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// A look `seconds` after the beginning of time, at a server with one session.
ServerLook LookAt(double seconds, std::uint64_t bins, std::uint64_t missed_deadlines,
                  std::int64_t create_time_unix_ns = 1) {
  ServerLook look;
  look.time += std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 * seconds));
  v1::Session& session = *look.answer.add_sessions();
  session.set_session_id("s");
  session.set_create_time_unix_ns(create_time_unix_ns);
  session.mutable_statistics()->set_decoded_bin_count(bins);
  session.mutable_statistics()->set_missed_deadline_count(missed_deadlines);
  return look;
}

SessionChange Change(const ServerLook& now, const std::optional<ServerLook>& before) {
  return ChangeOf(now.answer.sessions(0), now, before);
}

ServerLook Load(std::int64_t up_ns, std::int64_t processor_ns) {
  ServerLook look;
  look.answer.mutable_load()->set_up_time_ns(up_ns);
  look.answer.mutable_load()->set_processor_time_ns(processor_ns);
  return look;
}

TEST(ServerLook, RateIsTheBinsSinceTheLookBeforeOverTheTimeBetweenThem) {
  const SessionChange change = Change(LookAt(12.0, 350, 7), LookAt(10.0, 150, 4));
  EXPECT_DOUBLE_EQ(change.bins_per_s.value(), 100.0);
  EXPECT_EQ(change.missed_deadlines, 3U);
}

TEST(ServerLook, TheFirstLookKnowsNoRate) {
  const SessionChange change = Change(LookAt(10.0, 150, 4), std::nullopt);
  EXPECT_FALSE(change.bins_per_s);
  EXPECT_EQ(change.missed_deadlines, 0U);
}

TEST(ServerLook, ASessionMadeAnewUnderTheSameIdHasNoPast) {
  const SessionChange change = Change(LookAt(12.0, 10, 0, 2), LookAt(10.0, 150, 4, 1));
  EXPECT_FALSE(change.bins_per_s);
  EXPECT_EQ(change.missed_deadlines, 0U);
}

TEST(ServerLook, ASessionThatWasNotThereBeforeHasNoPast) {
  ServerLook before;
  before.time += std::chrono::seconds(1);
  EXPECT_FALSE(Change(LookAt(12.0, 10, 0), before).bins_per_s);
}

TEST(ServerLook, ProcessorsInUseAreProcessorTimeOverTheServersOwnClock) {
  EXPECT_DOUBLE_EQ(
      ProcessorsInUse(Load(12 * kSecond, 4 * kSecond), Load(10 * kSecond, kSecond)).value(), 1.5);
}

TEST(ServerLook, ProcessorsInUseAreUnknownOfAServerThatDoesNotSayOrWasStartedAnew) {
  EXPECT_FALSE(ProcessorsInUse(Load(10 * kSecond, kSecond), std::nullopt));
  EXPECT_FALSE(ProcessorsInUse(ServerLook{}, ServerLook{}));
  EXPECT_FALSE(ProcessorsInUse(Load(kSecond, 1), Load(10 * kSecond, kSecond)));
}

}  // namespace
}  // namespace efferent::control
