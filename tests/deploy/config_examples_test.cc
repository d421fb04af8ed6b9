#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

std::vector<std::string> ExampleNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(SourceDir() / "deploy/config")) {
    names.push_back(entry.path().stem());
  }
  return names;
}

class ConfigExample : public testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path File() const {
    return SourceDir() / "deploy/config" / (GetParam() + ".yaml");
  }
};

TEST_P(ConfigExample, IsAcceptedByTheServer) {
  const Outcome outcome =
      RunProgram(ProgramDir() / "efferentd", {"--check-config", "--config", File().string()});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
}

// So that the test above can fail.
TEST_P(ConfigExample, IsRefusedWithAMisspeltKey) {
  std::string text = ReadFile(File());
  const auto listen = text.find("listen:");
  ASSERT_NE(listen, std::string::npos);
  text.replace(listen, 7, "listne:");
  const std::string copy = testing::TempDir() + "efferent_misspelt_" + GetParam() + ".yaml";
  std::ofstream(copy) << text;
  const Outcome outcome =
      RunProgram(ProgramDir() / "efferentd", {"--check-config", "--config", copy});
  EXPECT_NE(outcome.exit_status, 0);
  EXPECT_THAT(outcome.output, testing::HasSubstr("listne"));
  std::filesystem::remove(copy);
}

INSTANTIATE_TEST_SUITE_P(Deploy, ConfigExample, testing::ValuesIn(ExampleNames()),
                         [](const auto& example) { return example.param; });

}  // namespace
}  // namespace efferent::test
