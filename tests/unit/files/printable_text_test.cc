#include "files/printable_text.h"

#include <gtest/gtest.h>

#include <string>

namespace efferent {
namespace {

TEST(PrintableText, LeavesTextOfAnyLanguageAlone) {
  const std::string text = "na\xc3\xafve \xc2\xb5V \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\xa7\xa0";
  EXPECT_EQ(PrintableText(text), text);
}

TEST(PrintableText, ReplacesWhatATerminalWouldObey) {
  EXPECT_EQ(PrintableText("\x1b[31m\x07\x7f\n\t\r"), "?[31m?????");
  EXPECT_EQ(PrintableText("\xc2\x9b"
                          "31m"),
            "?31m")
      << "U+009B, which is ESC [ in one character";
  EXPECT_EQ(PrintableText(std::string("a\0b", 3)), "a?b");
}

TEST(PrintableText, ReplacesWhatTurnsTheDirectionOfWritingOrEndsALine) {
  EXPECT_EQ(PrintableText("a\xe2\x80\xae"
                          "b\xe2\x81\xa6"
                          "c\xe2\x80\x8f"
                          "d\xd8\x9c"),
            "a?b?c?d?")
      << "U+202E, U+2066, U+200F, U+061C";
  EXPECT_EQ(PrintableText("a\xe2\x80\xa8"
                          "b\xe2\x80\xa9"),
            "a?b?")
      << "U+2028, U+2029";
}

TEST(PrintableText, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(PrintableText("\xff\xc3"), "??");
  EXPECT_EQ(PrintableText("\xc0\xaf"), "??") << "an overlong slash";
  EXPECT_EQ(PrintableText("\xed\xa0\x80"), "???") << "half a surrogate pair";
  EXPECT_EQ(PrintableText("\xef\xbf\xbf"), "?") << "U+FFFF, which XML does not allow";
}

TEST(PrintableText, IsCutBetweenCharacters) {
  EXPECT_EQ(PrintableText("\xc2\xb5V", 1), "");
  EXPECT_EQ(PrintableText("\xc2\xb5V", 2), "\xc2\xb5");
  EXPECT_EQ(PrintableText("abc", 0), "");
}

TEST(PrintableLines, KeepsEndsOfLinesAndNothingElse) {
  EXPECT_EQ(PrintableLines("a\n\tb\r\n\x1b"), "a\n b?\n?");
}

}  // namespace
}  // namespace efferent
