#include "clients/control/yaml_text.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "clients/session/session_config_file.h"
#include "efferent/v1/config.pb.h"

namespace efferent::control {
namespace {

v1::SessionConfig ConfigOfEveryType() {
  v1::SessionConfig config;
  config.set_subject_code("true");  // Text, though it does not look like it.
  config.set_num_channels(96);
  config.set_bin_width_ns(10'000'000);
  config.set_signed_counts(false);
  config.mutable_features()->set_smoothing_tau_s(0.1 + 0.2);  // Needs 17 digits.
  config.mutable_decoder()->mutable_kalman()->add_m0(-1e-9);
  config.mutable_decoder()->mutable_kalman()->add_m0(1e22);
  config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_REWARD);
  config.mutable_learning()->set_exploration_seed(18446744073709551615U);
  config.mutable_limits();
  return config;
}

TEST(YamlText, IsReadBackAsTheSameSettings) {
  const v1::SessionConfig config = ConfigOfEveryType();
  std::string path = ::testing::TempDir() + "efferent_XXXXXX.yaml";
  close(mkstemps(path.data(), 5));
  std::ofstream(path) << YamlText(config);
  const v1::SessionConfig read = ReadSessionConfig(path);
  std::filesystem::remove(path);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, config))
      << YamlText(config) << "\nwas read as\n"
      << read.DebugString();
}

TEST(YamlText, NestedFieldsAreIndented) {
  v1::SessionConfig config;
  config.set_num_channels(4);
  config.mutable_decoder()->mutable_snn()->set_readout(v1::SNN_READOUT_RLS);
  EXPECT_EQ(YamlText(config, 2),
            "  num_channels: 4\n"
            "  decoder:\n"
            "    snn:\n"
            "      readout: SNN_READOUT_RLS");
}

}  // namespace
}  // namespace efferent::control
