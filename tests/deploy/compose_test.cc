#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "tests/deploy/unknown_options.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

class Compose : public testing::Test {
 protected:
  // A key of a service, or of the anchor that it merges (`<<`), as Compose reads it.
  YAML::Node Get(const std::string& service, const std::string& key) const {
    const YAML::Node own = file_["services"][service];
    return own[key] ? own[key] : own["<<"][key];
  }

  const YAML::Node file_ = YAML::LoadFile(SourceDir() / "deploy/compose.yaml");
  const Words services_ = {"server", "subject", "arm"};
};

TEST_F(Compose, HasServerSubjectAndArm) {
  ASSERT_TRUE(file_["services"].IsMap());
  for (const std::string& service : services_) {
    EXPECT_TRUE(file_["services"][service].IsMap()) << service;
  }
}

// Debian 12's docker-compose (1.29.2) refuses any other key at the top: its compose_spec.json.
TEST_F(Compose, DebiansComposeKnowsItsParts) {
  for (const auto& part : file_) {
    EXPECT_THAT(part.first.as<std::string>(),
                testing::AnyOf("version", "services", "volumes", "networks", "secrets", "configs",
                               testing::StartsWith("x-")));
  }
}

TEST_F(Compose, EveryContainerIsHardened) {
  for (const std::string& service : services_) {
    EXPECT_TRUE(Get(service, "read_only").as<bool>()) << service;
    EXPECT_EQ(Get(service, "user").as<std::string>(), "10001:10001") << service;
    EXPECT_THAT(Get(service, "cap_drop").as<Words>(), Contains("ALL")) << service;
    EXPECT_THAT(Get(service, "security_opt").as<Words>(), Contains("no-new-privileges:true"))
        << service;
  }
}

TEST_F(Compose, ServerIsAllowedWhatTheRealtimeSettingsNeed) {
  EXPECT_EQ(Get("server", "ulimits")["rtprio"].as<int>(), 99);
  EXPECT_EQ(Get("server", "ulimits")["memlock"].as<int>(), -1);
}

TEST_F(Compose, ClientsWaitForAHealthyServer) {
  EXPECT_THAT(Get("server", "healthcheck")["test"].as<Words>(), Contains("health"));
  for (const std::string client : {"subject", "arm"}) {
    EXPECT_EQ(Get(client, "depends_on")["server"]["condition"].as<std::string>(),
              "service_healthy");
  }
}

TEST_F(Compose, ThePortIsPublishedOnThisMachineOnly) {
  for (const auto& port : Get("server", "ports")) {
    EXPECT_THAT(port.as<std::string>(), testing::StartsWith("127.0.0.1:"));
  }
}

TEST_F(Compose, MonitoringIsOptionalAndFindsTheServersMetrics) {
  EXPECT_THAT(Get("prometheus", "profiles").as<Words>(), Contains("monitoring"));
  const Words server = Get("server", "command").as<Words>();
  EXPECT_THAT(server, testing::IsSupersetOf({"--metrics-listen", "0.0.0.0:9464"}));
  const YAML::Node scrape = YAML::LoadFile(SourceDir() / "deploy/prometheus.yml")["scrape_configs"];
  EXPECT_EQ(scrape[0]["static_configs"][0]["targets"][0].as<std::string>(), "server:9464");
  for (const auto& port : Get("prometheus", "ports")) {
    EXPECT_THAT(port.as<std::string>(), testing::StartsWith("127.0.0.1:"));
  }
}

TEST_F(Compose, ProgramsKnowTheOptionsOfTheirCommands) {
  Words server = Get("server", "command").as<Words>();
  server.insert(server.begin(), "efferentd");
  EXPECT_THAT(UnknownOptions(server), IsEmpty());

  Words health = Get("server", "healthcheck")["test"].as<Words>();
  ASSERT_EQ(health.front(), "CMD");
  health.erase(health.begin());
  EXPECT_THAT(UnknownOptions(health), IsEmpty());

  for (const std::string client : {"subject", "arm"}) {
    Words command = Get(client, "entrypoint").as<Words>();
    ASSERT_EQ(command, (Words{"efferent", client}));
    const Words arguments = Get(client, "command").as<Words>();
    command.insert(command.end(), arguments.begin(), arguments.end());
    EXPECT_THAT(UnknownOptions(command), IsEmpty()) << client;
  }
}

TEST_F(Compose, ClientsMeetInOneSessionOfTheServer) {
  for (const std::string client : {"subject", "arm"}) {
    const Words command = Get(client, "command").as<Words>();
    EXPECT_THAT(command, Contains("server:50051")) << client;
    EXPECT_THAT(command, Contains("compose")) << client;
  }
}

TEST_F(Compose, AnUnknownOptionIsSeen) {
  EXPECT_EQ(UnknownOptions({"efferent", "health", "--server", "x", "--serever"}),
            Words{"--serever"});
}

}  // namespace
}  // namespace efferent::test
