// Configuration files: a schema, every violation with its line, and a reference that reads back.
#include "server/config/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/session/session_settings.h"

namespace efferent::test {
namespace {

using testing::ElementsAre;

std::string ErrorOf(const std::string& text) {
  try {
    ParseConfig(text, "f.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(ConfigFile, EmptyMeansDefaults) {
  EXPECT_THAT(ParseConfig("", "f.yaml").server.listen, ElementsAre("127.0.0.1:50051"));
  EXPECT_EQ(ErrorOf("server:\nsession_defaults:\n"), "");
}

TEST(ConfigFile, ReadsBothSections) {
  const Config config = ParseConfig(R"(
server:
  listen: unix:/tmp/socket
  max_sessions: 3
  log_level: warning
session_defaults:
  subject_code: S01
  num_channels: 96
  decoder:
    snn: {num_neurons: 32, readout: gradient, seed: 18446744073709551615}
  learning:
    effect: trial_end
  limits:
    workspace_min_m: [-0.1, -.inf]
)",
                                    "f.yaml");
  EXPECT_THAT(config.server.listen, ElementsAre("unix:/tmp/socket"));
  EXPECT_EQ(config.server.max_sessions, 3);
  EXPECT_EQ(config.server.log_level, LogLevel::kWarning);
  EXPECT_EQ(config.session_defaults.subject_code(), "S01");
  EXPECT_EQ(config.session_defaults.decoder().snn().readout(), v1::SNN_READOUT_GRADIENT);
  EXPECT_EQ(config.session_defaults.decoder().snn().seed(), 18446744073709551615u);
  EXPECT_EQ(config.session_defaults.learning().effect(), v1::LEARNING_EFFECT_TRIAL_END);
  EXPECT_EQ(config.session_defaults.limits().workspace_min_m(0), -0.1);
}

TEST(ConfigFile, EveryViolationIsNamedWithItsLine) {
  EXPECT_EQ(
      ErrorOf(R"(server:
  lisen: here
  max_sessions: 0
  keepalive_s: soon
session_defaults:
  num_channels: 5000
  decoder:
    snn:
      tau_m: 0.1
      num_neurons: 1.5
      readout: rsl
      beta: "2"
    kalman: {}
  learning:
    enabled: yes
    response: 0.5
    response: 0.5
)"),
      "f.yaml:2: server.lisen: unknown key (did you mean `listen`?)\n"
      "f.yaml:3: server.max_sessions: is 0, must be in [1, 10000] sessions\n"
      "f.yaml:4: server.keepalive_s: must be a number\n"
      "f.yaml:6: session_defaults.num_channels: is 5000, must be in [1, 4096] channels\n"
      "f.yaml:9: session_defaults.decoder.snn.tau_m: unknown key (did you mean `tau_m_s`?)\n"
      "f.yaml:10: session_defaults.decoder.snn.num_neurons: is `1.5`, must be a whole number\n"
      "f.yaml:11: session_defaults.decoder.snn.readout: is `rsl`, must be one of rls, "
      "gradient, mixture (did you mean `rls`?)\n"
      "f.yaml:12: session_defaults.decoder.snn.beta: is `2`, must be a number\n"
      "f.yaml:13: session_defaults.decoder.kalman: excludes `snn`, which is given too\n"
      "f.yaml:15: session_defaults.learning.enabled: is `yes`, must be true or false\n"
      "f.yaml:17: session_defaults.learning.response: is given twice");
}

TEST(ConfigFile, MalformedListenAddressIsNamed) {
  EXPECT_EQ(ErrorOf("server:\n  max_sessions: 2\n  listen: 127.0.0.1:70000\n"),
            "f.yaml:3: server.listen: is `127.0.0.1:70000`, port must be in [0, 65535]");
}

TEST(ConfigFile, SeveralListenAddresses) {
  const Config config =
      ParseConfig("server:\n  listen: [\"[::1]:50051\", unix:/tmp/socket]\n", "f.yaml");
  EXPECT_THAT(config.server.listen, ElementsAre("[::1]:50051", "unix:/tmp/socket"));
  EXPECT_EQ(ErrorOf("server:\n  listen: [a:1, b:2, a:1]\n"),
            "f.yaml:2: server.listen: has `a:1` twice");
  EXPECT_EQ(ErrorOf("server:\n  listen: []\n"),
            "f.yaml:2: server.listen: is an empty list, must have at least one address");
  EXPECT_EQ(ErrorOf("server:\n  listen:\n    - a:1\n    - {b: 2}\n"),
            "f.yaml:4: server.listen[1]: must be text");
}

TEST(ConfigFile, RealtimeSettings) {
  const Config config = ParseConfig(
      "server: {realtime_priority: 50, processors: [2, 3], lock_memory: true}\n", "f.yaml");
  EXPECT_EQ(config.server.realtime_priority, 50);
  EXPECT_THAT(config.server.processors, ElementsAre(2, 3));
  EXPECT_TRUE(config.server.lock_memory);
  EXPECT_EQ(ErrorOf("server:\n"
                    "  realtime_priority: 100\n"
                    "  processors: [0, 1024, -1, one]\n"
                    "  lock_memory: 1\n"),
            "f.yaml:2: server.realtime_priority: is 100, must be in [0, 99] (0: none)\n"
            "f.yaml:3: server.processors[1]: is 1024, must be in [0, 1023] each; none: any\n"
            "f.yaml:3: server.processors[2]: is -1, must be in [0, 1023] each; none: any\n"
            "f.yaml:3: server.processors[3]: must be a whole number\n"
            "f.yaml:4: server.lock_memory: must be true or false");
}

TEST(ConfigFile, UnknownSection) {
  EXPECT_EQ(ErrorOf("sever: {}\n"), "f.yaml:1: sever: unknown key (did you mean `server`?)");
}

TEST(ConfigFile, NotYaml) {
  EXPECT_EQ(ErrorOf("server: [1").rfind("f.yaml:", 0), 0u);
  EXPECT_NE(ErrorOf("server: [1").find("is not YAML"), std::string::npos);
  EXPECT_EQ(ErrorOf("just text"), "f.yaml:1: (file): is `just text`, must be a mapping");
}

TEST(ConfigFile, FileThatIsNotThere) { EXPECT_THROW(LoadConfig("no/such/file.yaml"), ConfigError); }

TEST(PrintedConfig, ReadsBackTheSame) {
  const Config config = ParseConfig(
      "server: {max_sessions: 5, listen: [\"localhost:0\", unix:/tmp/socket], "
      "processors: [1, 0], lock_memory: true}\n"
      "session_defaults:\n"
      "  num_channels: 7\n"
      "  decoder: {kalman: {half_life_s: 12.5}}\n"
      "  limits: {workspace_max_m: [0.25, 0.5]}\n",
      "f.yaml");
  const std::string printed = PrintConfig(config);
  const Config again = ParseConfig(printed, "printed.yaml");
  EXPECT_EQ(again.server.max_sessions, 5);
  EXPECT_THAT(again.server.listen, ElementsAre("localhost:0", "unix:/tmp/socket"));
  EXPECT_THAT(again.server.processors, ElementsAre(1, 0));
  EXPECT_TRUE(again.server.lock_memory);
  EXPECT_EQ(again.session_defaults.decoder().kalman().half_life_s(), 12.5);
  EXPECT_EQ(again.session_defaults.limits().workspace_max_m(1), 0.5);
  EXPECT_EQ(PrintConfig(again), printed);
}

TEST(PrintedConfig, ShowsTheOtherDecodersAsAComment) {
  const std::string printed = PrintConfig({});
  for (const DecoderParams& decoder : AllDecoders()) {
    const std::string name(DecoderName(decoder));
    const std::string line = name == "snn" ? "\n    snn:\n" : "\n#    " + name + ":\n";
    EXPECT_NE(printed.find(line), std::string::npos) << name << "\n" << printed;
  }
  EXPECT_NE(printed.find("\n#      num_taps: 0  # [0, 100] bins\n"), std::string::npos) << printed;
}

TEST(PrintedConfig, ShowsUnitsBoundsAndChoices) {
  const std::string printed = PrintConfig({});
  EXPECT_NE(printed.find("tau_m_s: 0.02  # [0.0001, 10] s\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("readout: mixture  # one of rls gradient mixture\n"), std::string::npos);
  EXPECT_NE(printed.find("# num_channels:"), std::string::npos);
}

}  // namespace
}  // namespace efferent::test
