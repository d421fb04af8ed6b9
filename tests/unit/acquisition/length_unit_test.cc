#include "clients/acquisition/length_unit.h"

#include <gtest/gtest.h>

#include "clients/acquisition/length_scale.h"

namespace efferent {
namespace {

TEST(LengthUnit, IsUnderstoodInAnySpelling) {
  for (const char* unit :
       {"m", "meters", "Metre", " METERS ", "m/s", "meters per second", "m s-1"}) {
    EXPECT_EQ(MetresPerUnit(unit), 1.0) << unit;
  }
  for (const char* unit : {"cm", "Centimeters", "centimetre", "cm/s", "CM / sec", "cm*s^-1"}) {
    EXPECT_EQ(MetresPerUnit(unit), 1e-2) << unit;
  }
  for (const char* unit : {"mm", "millimeters", "Millimetres/second"}) {
    EXPECT_EQ(MetresPerUnit(unit), 1e-3) << unit;
  }
  for (const char* unit : {"um", "\u00b5m", "\u03bcm", "microns", "micrometers"}) {
    EXPECT_EQ(MetresPerUnit(unit), 1e-6) << unit;
  }
  EXPECT_EQ(MetresPerUnit("inches"), 0.0254) << "by definition";
}

TEST(LengthUnit, WhatIsNoLengthIsNone) {
  for (const char* unit : {"", "pixels", "px", "degrees", "a.u.", "unknown", "volts", "mV", "ms"}) {
    EXPECT_FALSE(MetresPerUnit(unit)) << unit;
  }
}

TEST(LengthScale, APlausibleUnitIsBelievedWithoutAWord) {
  Findings findings;
  EXPECT_EQ(ChooseScale({}, "cm", 36.0, "position", &findings), 1e-2);
  EXPECT_TRUE(findings.empty());
}

TEST(LengthScale, NoLengthOrAnImplausibleOneIsGuessedAndSaid) {
  // 730 pixels/s: the power of ten that leads into 0.1 to 1 m/s.
  Findings findings;
  EXPECT_NEAR(ChooseScale({}, "pixels", 730.0, "position", &findings), 1e-3, 1e-15);
  // Metres that are centimetres: 36 m/s.
  EXPECT_NEAR(ChooseScale({}, "meters", 36.0, "position", &findings), 1e-2, 1e-15);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].metric, "scale_m");
  EXPECT_NE(findings[1].text.find("says `meters`, but would move at 36 m/s"), std::string::npos)
      << findings[1].text;
}

TEST(LengthScale, WhatTheUserSaysGoes) {
  Findings findings;
  EXPECT_EQ(ChooseScale(0.5, "meters", 36.0, "position", &findings), 0.5);
  EXPECT_TRUE(findings.empty());
}

TEST(LengthScale, LimitsFollowFromFastVelocitiesOnly) {
  PointTrack slow(1000, Point{0.5});
  EXPECT_FALSE(LimitsThatFit(slow));
  PointTrack fast(1000, Point{3.0, 4.0});
  const auto limits = LimitsThatFit(fast);
  ASSERT_TRUE(limits);
  EXPECT_DOUBLE_EQ(limits->max_speed_m_s, 7.5) << "half as much again as 5 m/s";
  EXPECT_DOUBLE_EQ(limits->max_acceleration_m_s2, 750.0);
}

}  // namespace
}  // namespace efferent
