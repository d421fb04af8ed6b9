#include "server/log_limiter.h"

#include <gmock/gmock.h>

#include <string>

namespace efferent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr LogLimiter::Time kStart{std::chrono::hours(1)};
constexpr auto kWindow = LogLimiter::kWindow;

int Admitted(LogLimiter* limiter, const std::string& text, int count, LogLimiter::Time now) {
  int admitted = 0;
  for (int i = 0; i < count; ++i) admitted += limiter->Admit(text + std::to_string(i), now);
  return admitted;
}

TEST(LogLimiter, LinesThatDifferInNumbersOnlyAreAlike) {
  LogLimiter limiter;
  EXPECT_EQ(Admitted(&limiter, "chunk refused: number ", 100, kStart), 5);
  EXPECT_TRUE(limiter.Admit("something else", kStart));
}

TEST(LogLimiter, WhatWasLeftOutIsSaidWhenTheWindowIsOver) {
  LogLimiter limiter;
  Admitted(&limiter, "number ", 12, kStart);
  EXPECT_THAT(limiter.TakeSummaries(kStart + kWindow / 2), IsEmpty());
  EXPECT_THAT(limiter.TakeSummaries(kStart + kWindow),
              ElementsAre("7 more lines like this were left out: number 11"));
  EXPECT_THAT(limiter.TakeSummaries(kStart + 2 * kWindow), IsEmpty()) << "once";
  EXPECT_EQ(Admitted(&limiter, "number ", 12, kStart + kWindow), 5) << "a new window";
}

TEST(LogLimiter, FloodOfOneSessionDoesNotSilenceAnother) {
  LogLimiter limiter;
  Admitted(&limiter, "session s1: chunk_refused: number ", 100, kStart);
  EXPECT_TRUE(limiter.Admit("session s2: chunk_refused: number 7", kStart));
}

TEST(LogLimiter, LinesOfEverNewKindsAreBoundedAltogether) {
  LogLimiter limiter;
  std::uint64_t admitted = 0;
  for (int i = 0; i < 5'000; ++i) {
    admitted += limiter.Admit("session s" + std::to_string(i) + ": created", kStart);
  }
  EXPECT_EQ(admitted, LogLimiter::kMaxLines);
  EXPECT_THAT(limiter.TakeSummaries(kStart + kWindow),
              ElementsAre(HasSubstr("4000 more lines of all kinds were left out")));
}

}  // namespace
}  // namespace efferent
