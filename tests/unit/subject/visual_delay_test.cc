#include "clients/subject/visual_delay.h"

#include <gtest/gtest.h>

namespace efferent::subject {
namespace {

Observation At(TimeNs time_ns) {
  Observation o;
  o.time_ns = time_ns;
  return o;
}

TEST(VisualDelay, ShowsTheLatestThatIsOldEnough) {
  VisualDelay vision(100);
  for (TimeNs t = 0; t <= 300; t += 30) vision.Push(At(t));
  EXPECT_EQ(vision.Seen(300, 100)->time_ns, 180);
  EXPECT_EQ(vision.Seen(310, 100)->time_ns, 210);
  EXPECT_EQ(vision.Seen(300, 50)->time_ns, 240);
}

TEST(VisualDelay, ShowsNothingBeforeAnythingIsOldEnough) {
  VisualDelay vision(100);
  EXPECT_FALSE(vision.Seen(0, 100));
  vision.Push(At(50));
  EXPECT_FALSE(vision.Seen(149, 100));
  EXPECT_EQ(vision.Seen(150, 100)->time_ns, 50);
}

TEST(VisualDelay, WithoutDelayShowsTheNewestEvenIfItsClockIsAhead) {
  VisualDelay vision(0);
  vision.Push(At(20));
  EXPECT_EQ(vision.Seen(10, 0)->time_ns, 20);
}

TEST(VisualDelay, ForgetsALaterPastWhenTimeGoesBack) {
  VisualDelay vision(100);
  vision.Push(At(500));
  vision.Push(At(0));
  EXPECT_FALSE(vision.Seen(50, 100));
  EXPECT_EQ(vision.Seen(600, 100)->time_ns, 0);
}

TEST(VisualDelay, RefusesADelayOutOfBounds) {
  EXPECT_THROW(VisualDelay(-1), std::invalid_argument);
  EXPECT_THROW(VisualDelay(6'000'000'000), std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject
