#include "decoder/position_input.h"

#include <gtest/gtest.h>

namespace efferent {
namespace {

const TaskVector kFirst(0.1, 0.2), kSecond(0.3, 0.4);

TEST(PositionInput, TellsThePositionOfTheBinBefore) {
  PositionInput input(true);
  EXPECT_FALSE(input.Advance(kFirst));
  EXPECT_EQ(input.Advance(kSecond), kFirst);
  EXPECT_EQ(input.Advance(std::nullopt), kSecond);
  EXPECT_FALSE(input.Advance(kFirst)) << "the position of the bin before was not known";
}

TEST(PositionInput, TellsNothingRightAfterAJump) {
  PositionInput input(true);
  input.Advance(kFirst);
  input.Reset();
  EXPECT_FALSE(input.Advance(kSecond));
  EXPECT_EQ(input.Advance(kFirst), kSecond);
}

TEST(PositionInput, TellsNothingWhereItIsOff) {
  PositionInput input(false);
  input.Advance(kFirst);
  EXPECT_FALSE(input.Advance(kSecond));
}

}  // namespace
}  // namespace efferent
