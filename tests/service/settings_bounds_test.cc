// Whatever a session is allowed to be set to, it decodes: at the bounds of each setting, and where a setting has a
// meaning of its own for 0, at the smallest numbers that there are.
#include <cmath>
#include <limits>
#include <random>

#include "server/session/session_settings.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Trials of a second, so that what is learnt takes effect too.
constexpr int kBins = 300;
constexpr int kBinsPerTrial = 100;
// Mean spikes of a channel in a bin of 10 ms: 30 Hz.
constexpr double kSpikesPerBin = 0.3;

// What is large at its upper bound; see session_churn_test and admission_test for large sessions.
bool IsSize(const std::string& path) {
  return path == "num_channels" || path == "bin_width_ns" || path == "num_dimensions" ||
         path.ends_with(".num_neurons") || path.ends_with(".num_substeps") ||
         path.ends_with(".num_latents") || path.ends_with(".num_taps");
}

/// Sets the field at a dotted path.
void Set(Message* message, const std::string& path, double value) {
  const std::size_t dot = path.find('.');
  const FieldDescriptor& field = RequireField(*message, path.substr(0, dot));
  if (dot != std::string::npos) {
    return Set(message->GetReflection()->MutableMessage(message, &field), path.substr(dot + 1),
               value);
  }
  SetNumber(message, field, value);
}

/// What to try of a field: its bounds, and the smallest number above 0 where it takes that.
std::vector<double> Corners(const FieldNote& note) {
  std::vector<double> corners{note.bounds.min, note.bounds.lowest()};
  if (!IsSize(note.path) && note.bounds.max < 1e18) corners.push_back(note.bounds.max);
  corners.push_back(std::numeric_limits<double>::denorm_min());
  corners.push_back(1e-30);
  return corners;
}

/// Decodes and learns from made-up spikes of a hand that follows its target. Returns the number of commands that were
/// not decoded, or not finite.
int CountUseless(const SessionSettings& settings) {
  const auto step = MakeStep(settings, MakeDecoder);
  std::mt19937_64 random(3);
  std::poisson_distribution<int> spikes(kSpikesPerBin);
  std::vector<float> counts(static_cast<std::size_t>(settings.shape.num_channels));
  int useless = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    if (bin % kBinsPerTrial == 0) step->OnTrialStart();
    for (float& count : counts) count = static_cast<float>(spikes(random));
    BehaviorSample behavior;
    behavior.engaged = true;
    const TaskVector position(0.1 * std::sin(0.1 * bin), 0.0);
    behavior.position_m = position;
    behavior.velocity_m_s = position;
    behavior.reward = position[0];
    behavior.target_position_m = -position;
    step->AddCounts(counts);
    Command command;
    step->DecodeBin(behavior.position_m, &command);
    const bool is_finite = command.velocity_m_s.allFinite();
    if (command.status != CommandStatus::kDecoded || !is_finite) ++useless;
    step->LearnBin(behavior);
    if (bin % kBinsPerTrial == kBinsPerTrial - 1) step->OnTrialStop();
  }
  return useless;
}

v1::SessionConfig TypicalConfig() {
  v1::SessionConfig config = SmallConfig();
  config.clear_decoder();
  config.clear_watchdog();
  return config;
}

TEST(SettingsBounds, ASessionWithAnyOneSettingAtItsBoundsDecodesOrIsRefusedByName) {
  for (const DecoderParams& decoder : AllDecoders()) {
    SessionSettings listed;
    listed.decoder = decoder;
    for (const FieldNote& note : ListFields(listed)) {
      if (!std::isfinite(note.bounds.max)) continue;  // a switch
      for (const double value : Corners(note)) {
        v1::SessionConfig config = TypicalConfig();
        // Some other field first, so that the decoder is chosen.
        const std::string name(DecoderName(decoder));
        config.mutable_decoder()->GetReflection()->MutableMessage(
            config.mutable_decoder(), &RequireField(config.decoder(), name));
        if (config.decoder().has_snn()) config.mutable_decoder()->mutable_snn()->set_num_neurons(8);
        Set(&config, note.path, value);
        std::vector<Violation> violations;
        const SessionSettings settings = ReadSettings(config, SettingsUse::kSession, &violations);
        if (!violations.empty()) {
          for (const Violation& violation : violations) EXPECT_FALSE(violation.field.empty());
          continue;
        }
        try {
          EXPECT_EQ(CountUseless(settings), 0) << name << ": " << note.path << " = " << value;
        } catch (const InvalidParameters& error) {
          EXPECT_FALSE(error.violations().empty()) << note.path;
        }
      }
    }
  }
}

TEST(SettingsBounds, ASaturationThatLeavesNothingOfTheFeaturesIsRefused) {
  // 1 / saturation^2 is infinite below some 1e-19: 0 / 0 was permanent FAULT.
  for (const double value : {5e-324, 1e-30, 0.0999}) {
    v1::SessionConfig config = TypicalConfig();
    config.mutable_features()->set_saturation(value);
    std::vector<Violation> violations;
    ReadSettings(config, SettingsUse::kSession, &violations);
    ASSERT_EQ(violations.size(), 1u) << value;
    EXPECT_EQ(violations[0].field, "features.saturation");
    EXPECT_NE(violations[0].description.find("0 or in [0.1, 1000]"), std::string::npos)
        << violations[0].description;
  }
}

}  // namespace
}  // namespace efferent::test
