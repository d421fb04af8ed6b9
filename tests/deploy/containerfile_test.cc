#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "tests/deploy/unknown_options.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

using testing::IsEmpty;

class Containerfile : public testing::Test {
 protected:
  // The list of words after the last `instruction` of the file, which is JSON.
  std::vector<std::string> WordsOf(const std::string& instruction) const {
    const std::regex line(instruction + " (\\[.*\\])");
    std::vector<std::string> words;
    for (std::sregex_iterator it(text_.begin(), text_.end(), line), end; it != end; ++it) {
      words = nlohmann::json::parse((*it)[1].str()).get<std::vector<std::string>>();
    }
    return words;
  }

  const std::string text_ = ReadFile(SourceDir() / "deploy/Containerfile");
};

TEST_F(Containerfile, DoesNotRunAsRoot) {
  EXPECT_TRUE(std::regex_search(text_, std::regex("\nUSER 10001:10001\n")));
}

TEST_F(Containerfile, StartsTheServerWithOptionsThatItKnows) {
  std::vector<std::string> command = WordsOf("\nENTRYPOINT");
  ASSERT_EQ(command, std::vector<std::string>{"efferentd"});
  const std::vector<std::string> arguments = WordsOf("\nCMD");
  command.insert(command.end(), arguments.begin(), arguments.end());
  EXPECT_THAT(UnknownOptions(command), IsEmpty());
}

TEST_F(Containerfile, AsksForHealthWithOptionsThatTheClientKnows) {
  const std::vector<std::string> command = WordsOf("\nHEALTHCHECK .* CMD");
  ASSERT_GE(command.size(), 2U);
  EXPECT_EQ(command[1], "health");
  EXPECT_THAT(UnknownOptions(command), IsEmpty());
}

// tools/packages.txt is the one list.
TEST_F(Containerfile, NamesNoPackage) {
  EXPECT_EQ(text_.find("apt-get"), std::string::npos);
  EXPECT_NE(text_.find("tools/setup --profile build"), std::string::npos);
  EXPECT_NE(text_.find("tools/setup --profile runtime"), std::string::npos);
}

}  // namespace
}  // namespace efferent::test
