#include "clients/subject/bin_pacer.h"

#include <gtest/gtest.h>

namespace efferent::subject {
namespace {

using std::chrono::milliseconds;

const BinPacer::Clock::time_point kStart{std::chrono::seconds(100)};

TEST(BinPacer, BinsAreDueAWidthApartHoweverLateTheyWereSent) {
  BinPacer pacer(milliseconds(10), kStart);
  EXPECT_EQ(pacer.due(), kStart + milliseconds(10));
  pacer.Advance(kStart + milliseconds(13));
  EXPECT_EQ(pacer.due(), kStart + milliseconds(20));
  pacer.Advance(kStart + milliseconds(49));
  EXPECT_EQ(pacer.due(), kStart + milliseconds(30));
  EXPECT_EQ(pacer.slip_count(), 0u);
}

TEST(BinPacer, MovesTheScheduleAfterALongDelay) {
  BinPacer pacer(milliseconds(10), kStart);
  pacer.Advance(kStart + milliseconds(500));
  EXPECT_EQ(pacer.due(), kStart + milliseconds(500));
  EXPECT_EQ(pacer.slip_count(), 1u);
  pacer.Advance(kStart + milliseconds(501));
  EXPECT_EQ(pacer.due(), kStart + milliseconds(510));
  EXPECT_EQ(pacer.slip_count(), 1u);
}

}  // namespace
}  // namespace efferent::subject
