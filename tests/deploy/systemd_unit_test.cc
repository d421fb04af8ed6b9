#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/deploy/unknown_options.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

// Section -> key -> value, of a unit without continued lines.
using Unit = std::map<std::string, std::map<std::string, std::string>>;

Unit ParseUnit(const std::string& text) {
  Unit unit;
  std::string section, line;
  for (std::istringstream stream(text); std::getline(stream, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = line;
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string::npos) throw std::runtime_error("not a setting: " + line);
    unit[section][line.substr(0, equals)] = line.substr(equals + 1);
  }
  return unit;
}

class SystemdUnit : public testing::Test {
 protected:
  const std::string text_ = ReadFile(SourceDir() / "deploy/efferentd.service");
  Unit unit_ = ParseUnit(text_);
};

TEST_F(SystemdUnit, RunsAsAUserOfItsOwnWithAFolderOfItsOwn) {
  auto& service = unit_["[Service]"];
  EXPECT_EQ(service["DynamicUser"], "yes");
  EXPECT_EQ(service["StateDirectory"], "efferent");
  EXPECT_EQ(service["ProtectSystem"], "strict");
  EXPECT_EQ(service["NoNewPrivileges"], "yes");
  EXPECT_EQ(service["CapabilityBoundingSet"], "");
}

TEST_F(SystemdUnit, AllowsWhatTheRealtimeSettingsNeed) {
  EXPECT_EQ(unit_["[Service]"]["LimitRTPRIO"], "99");
  EXPECT_EQ(unit_["[Service]"]["LimitMEMLOCK"], "infinity");
}

TEST_F(SystemdUnit, ComesBackAfterACrash) {
  EXPECT_EQ(unit_["[Service]"]["Restart"], "on-failure");
  EXPECT_EQ(unit_["[Install]"]["WantedBy"], "multi-user.target");
}

TEST_F(SystemdUnit, StartsTheServerWithOptionsThatItKnows) {
  std::istringstream words(unit_["[Service]"]["ExecStart"]);
  std::vector<std::string> command{std::istream_iterator<std::string>(words), {}};
  ASSERT_FALSE(command.empty());
  command[0] = std::filesystem::path(command[0]).filename();
  EXPECT_EQ(command[0], "efferentd");
  EXPECT_THAT(UnknownOptions(command), testing::IsEmpty());
}

TEST_F(SystemdUnit, IsAcceptedBySystemd) {
  const std::filesystem::path analyze = "/usr/bin/systemd-analyze";
  if (!std::filesystem::exists(analyze)) GTEST_SKIP() << "there is no systemd here";
  // The program is where the unit says only once it is installed.
  const std::string installed = "/usr/local/bin/efferentd";
  std::string text = text_;
  const auto program = text.find("ExecStart=" + installed);
  ASSERT_NE(program, std::string::npos);
  text.replace(program + 10, installed.size(), ProgramDir() / "efferentd");
  const auto folder = std::filesystem::path(testing::TempDir()) / "efferent_unit";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "efferentd.service") << text;
  const Outcome outcome = RunProgram(analyze, {"verify", (folder / "efferentd.service").string()});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace efferent::test
