#include "clients/report/progress_bar.h"

#include <gtest/gtest.h>

namespace efferent {
namespace {

using Seconds = std::chrono::duration<double>;

TEST(ProgressBar, FillsWithTheShareThatIsDone) {
  EXPECT_EQ(ProgressBar::Bar(0, 4, 8), "[>       ]");
  EXPECT_EQ(ProgressBar::Bar(1, 4, 8), "[==>     ]");
  EXPECT_EQ(ProgressBar::Bar(4, 4, 8), "[========]");
}

TEST(ProgressBar, WhatIsLeftTakesAsLongAsWhatWasDone) {
  EXPECT_EQ(ProgressBar::TimeLeft(1, 4, Seconds(10.0)), "30 s left");
  EXPECT_EQ(ProgressBar::TimeLeft(1, 11, Seconds(30.0)), "5 min left");
  EXPECT_EQ(ProgressBar::TimeLeft(1, 2, Seconds(7200.0)), "2.0 h left");
}

TEST(ProgressBar, NothingFollowsFromNothingOrFromTheFirstSeconds) {
  EXPECT_EQ(ProgressBar::TimeLeft(0, 4, Seconds(60.0)), "");
  EXPECT_EQ(ProgressBar::TimeLeft(1, 4, Seconds(1.0)), "");
  EXPECT_EQ(ProgressBar::TimeLeft(4, 4, Seconds(60.0)), "");
  EXPECT_EQ(ProgressBar::TimeLeft(1, 0, Seconds(60.0)), "");
}

}  // namespace
}  // namespace efferent
