#include "server/session/imported_decoder.h"

#include <google/protobuf/text_format.h>
#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <random>

#include "decoder/command_shaper.h"
#include "decoder/feature_extractor.h"
#include "decoder/state_bytes.h"

namespace efferent {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Bins after which running means and deviations are worth something, and bins that are judged.
constexpr int kWarmUpBins = 100;
constexpr int kTrialBins = 300;
constexpr double kRateHz = 30.0;
// A decoder may well ask for more than the session's limit, which is why there is one; not for this.
constexpr double kWildSpeedFactor = 10.0;

std::string Text(const Message& message, const FieldDescriptor& field) {
  if (!message.GetReflection()->HasField(message, &field)) return "not set";
  std::string text;
  google::protobuf::TextFormat::PrintFieldValueToString(message, &field, -1, &text);
  return text;
}

void Compare(const Message& is, const Message& must, const FieldDescriptor& field,
             const std::string& prefix, std::vector<Violation>* violations) {
  const std::string is_text = Text(is, field), must_text = Text(must, field);
  if (is_text == must_text) return;
  violations->push_back({prefix + field.name(), "is " + is_text + ", must be " + must_text +
                                                    " as in the session that takes it in"});
}

void RequireFinite(std::string_view state) {
  while (!state.empty()) {
    const SavedField field = CutField(&state);
    for (std::size_t i = 0; i < field.size(); ++i) {
      if (std::isfinite(field.at(i))) continue;
      throw StateMismatch(std::string(field.path) + " has an element that is not finite");
    }
  }
}

/// Neurons that fire at random, and an arm that does as it is told.
void Try(Decoder* decoder, const SessionSettings& settings) {
  const SessionShape& shape = settings.shape;
  FeatureExtractor features(settings.features, shape.num_channels, shape.bin_width_ns);
  CommandShaper shaper(settings.limits, shape.bin_width_ns);
  std::mt19937_64 random(1);
  std::poisson_distribution<int> count(kRateHz * 1e-9 * static_cast<double>(shape.bin_width_ns));
  Eigen::VectorXf counts(shape.num_channels);
  const double wild_m_s = kWildSpeedFactor * settings.limits.max_speed_m_s;
  for (int bin = -kWarmUpBins; bin < kTrialBins; ++bin) {
    for (float& c : counts) c = static_cast<float>(count(random));
    const Eigen::VectorXf& input = features.Extract(counts);
    if (bin < 0) continue;
    decoder->OnPosition(TaskVector());
    const TaskVector velocity = decoder->Decode(input);
    if (!velocity.allFinite()) {
      throw StateMismatch("what it decodes from spikes at random is not finite");
    }
    if (Norm(velocity) > wild_m_s) {
      throw StateMismatch(fmt::format(
          "from spikes at random it decodes {:.3g} m/s, must be at most {:g} m/s, {:g} times "
          "limits.max_speed_m_s",
          Norm(velocity), wild_m_s, kWildSpeedFactor));
    }
    decoder->OnCommand(*shaper.Shape(velocity, std::nullopt));
  }
}

}  // namespace

std::vector<Violation> CompareOrigin(const v1::SavedDecoder& saved,
                                     const SessionSettings& settings) {
  const v1::SessionConfig session = WriteSettings(settings);
  std::vector<Violation> violations;
  for (const char* name : {"num_channels", "num_dimensions", "bin_width_ns"}) {
    Compare(saved.config(), session, RequireField(session, name), "config.", &violations);
  }
  const auto* features = v1::FeatureConfig::descriptor();
  for (int i = 0; i < features->field_count(); ++i) {
    Compare(saved.config().features(), session.features(), *features->field(i), "config.features.",
            &violations);
  }
  return violations;
}

std::size_t MaxStateBytes(const Decoder& decoder) {
  // What a decoder does not know at first is a vector or two.
  constexpr std::size_t kSlack = 1 << 20;
  return StateSize(decoder) + kSlack;
}

void LoadImportedState(std::string_view state, const SessionSettings& settings, Decoder* decoder) {
  LoadState(state, decoder);
  RequireFinite(state);
  if (!decoder->IsHealthy()) throw StateMismatch("its weights are not finite");
  Try(decoder->Clone().get(), settings);
}

}  // namespace efferent
