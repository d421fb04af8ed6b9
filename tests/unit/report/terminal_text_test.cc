#include "clients/report/terminal_text.h"

#include <gtest/gtest.h>

#include "clients/report/table.h"

namespace efferent {
namespace {

TEST(TerminalText, ACharacterOfSeveralBytesIsOneColumnAndIsNotCut) {
  const std::string text = "µs µs";
  EXPECT_EQ(NumColumns(text), 5U);
  EXPECT_EQ(CutToColumns(text, 1), "µ");
  EXPECT_EQ(CutToColumns(text, 4), "µs µ");
}

TEST(TerminalText, AColourTakesNoColumnAndIsSwitchedOffInWhatIsLeft) {
  const std::string text = "a " + Coloured(Colour::kRed, "FAULT") + " b";
  EXPECT_EQ(NumColumns(text), 9U);
  EXPECT_EQ(CutToColumns(text, 4), "a \x1b[31mFA\x1b[0m");
  EXPECT_EQ(CutToColumns(text, 9), text);
}

TEST(TerminalText, NothingFitsIntoNoColumns) {
  EXPECT_EQ(CutToColumns("abc", 0), "");
  EXPECT_EQ(CutToColumns("abc", -1), "");
}

TEST(Table, WordsCanBeAlignedToTheLeftAndColoursMoveNothing) {
  Table table({"a", "word", "n"}, 2);
  table.AddRow({"x", Coloured(Colour::kGreen, "up"), "10"});
  table.AddRow({"y", "longer", "5"});
  EXPECT_EQ(table.ToString(),
            "a   word      n\n"
            "---------------\n"
            "x   \x1b[32mup\x1b[0m       10\n"
            "y   longer    5\n");
}

}  // namespace
}  // namespace efferent
