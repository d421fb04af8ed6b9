// Settings from the wire: every one that is accepted builds a step that decodes, and is shown as it
// is in force.
#include <string>
#include <vector>

#include "server/session/session_settings.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {

std::vector<std::string> FuzzSeeds() {
  v1::SessionConfig minimal;
  minimal.set_num_channels(2);
  minimal.set_bin_width_ns(10'000'000);
  std::vector<Violation> violations;
  const v1::SessionConfig full =
      WriteSettings(ReadSettings(minimal, SettingsUse::kSession, &violations));
  v1::SessionConfig kalman = minimal;
  for (int i = 0; i < 4; ++i) {
    kalman.mutable_decoder()->mutable_kalman()->add_m1(0.5);
    kalman.mutable_decoder()->mutable_kalman()->add_m2(0.1);
  }
  for (int i = 0; i < 2; ++i) {
    kalman.mutable_decoder()->mutable_kalman()->add_m0(0.0);
    kalman.mutable_limits()->add_workspace_min_m(-1.0);
    kalman.mutable_limits()->add_workspace_max_m(1.0);
  }
  return {minimal.SerializeAsString(), full.SerializeAsString(), kalman.SerializeAsString()};
}

namespace {

bool IsSmall(const SessionSettings& settings) {
  const auto* snn = std::get_if<SnnParams>(&settings.decoder);
  return settings.shape.num_channels <= 64 && (!snn || snn->num_neurons <= 128);
}

}  // namespace
}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent;
  using test::Promise;
  v1::SessionConfig config;
  if (!config.ParseFromArray(data, static_cast<int>(size))) return 0;
  std::vector<Violation> violations;
  const SessionSettings settings = ReadSettings(config, SettingsUse::kSession, &violations);
  for (const Violation& violation : violations) {
    Promise(!violation.field.empty() && !violation.description.empty(), "a violation says what");
  }
  if (!violations.empty()) return 0;

  const v1::SessionConfig shown = WriteSettings(settings);
  const v1::SessionConfig again =
      WriteSettings(ReadSettings(shown, SettingsUse::kSession, &violations));
  Promise(violations.empty(), "settings in force are valid settings");
  Promise(shown.SerializeAsString() == again.SerializeAsString(), "and read back the same");
  if (!test::IsSmall(settings)) return 0;

  const auto step = MakeStep(settings, MakeDecoder);
  BehaviorSample behavior;
  behavior.engaged = true;
  behavior.position_m = TaskVector();
  behavior.target_position_m = TaskVector(0.1, 0.0, 0.0);
  behavior.velocity_m_s = TaskVector(0.0, 0.1, 0.0);
  const std::vector<float> counts(static_cast<std::size_t>(settings.shape.num_channels), 3.0f);
  for (int bin = 0; bin < 3; ++bin) {
    step->AddCounts(counts);
    Command command;
    step->DecodeBin(behavior.position_m, &command);
    Promise(command.velocity_m_s.allFinite(), "a command is finite");
    Promise(Norm(command.velocity_m_s) <= settings.limits.max_speed_m_s * (1 + 1e-9),
            "a command is within its limits");
    step->LearnBin(behavior);
  }
  return 0;
}
