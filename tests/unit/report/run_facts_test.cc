#include "clients/report/run_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

#include "tests/hostile_text.h"
#include "tests/scratch_folder.h"

namespace efferent {
namespace {

std::string OutputOfShell(const std::string& line) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(line.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 4096> piece{};
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe.get())) > 0;) {
    output.append(piece.data(), n);
  }
  return output;
}

TEST(RunFacts, ALineGivesAShellTheSameArgumentsAndExecutesNothing) {
  const ScratchFolder folder;
  const std::string marker = (folder.path() / "executed").string();
  for (const std::string& text : HostileTexts(marker)) {
    if (text.find('\0') != std::string::npos) continue;  // No argument holds one.
    EXPECT_EQ(OutputOfShell(ShellLine({"printf", "%s|", text, ""})), text + "||");
    EXPECT_FALSE(std::filesystem::exists(marker)) << text;
  }
  EXPECT_EQ(ShellLine({"efferent", "eval", "--set", "snn.learning_rate=0.001"}),
            "efferent eval --set snn.learning_rate=0.001");
}

TEST(RunFacts, HoldTheVersionAndThisProcess) {
  const auto facts = RunFacts("1.2.3");
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_THAT(facts[0].second, testing::MatchesRegex("20..-..-.. ..:.. UTC"));
  EXPECT_EQ(facts[1].second, "efferent 1.2.3");
  EXPECT_THAT(facts[2].second, testing::HasSubstr("unit_tests"));
}

}  // namespace
}  // namespace efferent
