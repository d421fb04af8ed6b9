#include "clients/acquisition/session_request.h"

#include <spdlog/fmt/fmt.h>

#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"
#include "clients/session/session_config_file.h"

namespace efferent {
namespace {

template <class T>
void RequireSame(const std::string& config_path, const char* field, T configured, T recorded) {
  if (configured == recorded) return;
  throw InputError(fmt::format("{}: {} is {}, but the recording has {}; leave it out", config_path,
                               field, configured, recorded));
}

bool HasGains(const v1::DecoderConfig& decoder) {
  return decoder.kalman().m1_size() > 0 || decoder.kalman().m2_size() > 0 ||
         decoder.kalman().m0_size() > 0;
}

// What the recording knows better than anybody.
void SetShape(const std::string& config_path, const Recording& recording,
              v1::SessionConfig* config) {
  if (config->has_num_channels()) {
    RequireSame(config_path, "num_channels", config->num_channels(), recording.num_channels);
  }
  if (config->has_bin_width_ns()) {
    RequireSame<std::int64_t>(config_path, "bin_width_ns", config->bin_width_ns(),
                              recording.bin_width_ns);
  }
  config->set_num_channels(recording.num_channels);
  config->set_bin_width_ns(recording.bin_width_ns);
  if (recording.has_behavior()) {
    config->set_num_dimensions(static_cast<std::uint32_t>(recording.num_dimensions));
  }
  if (recording.has_negative_counts) config->set_signed_counts(true);
}

}  // namespace

v1::SessionConfig MakeSessionConfig(const SessionOptions& options, const Recording& recording) {
  v1::SessionConfig config;
  if (options.config_path) config = ReadSessionConfig(*options.config_path);
  SetShape(options.config_path.value_or(""), recording, &config);
  if (options.subject_code) config.set_subject_code(*options.subject_code);

  v1::DecoderConfig& decoder = *config.mutable_decoder();
  // Asking for the decoder that the file configures keeps the file's parameters.
  if (options.decoder) ChooseDecoder(*options.decoder, &decoder);
  v1::FeatureConfig& features = *config.mutable_features();
  if (HasGains(decoder) && !features.has_normalize()) features.set_normalize(false);

  v1::LearningConfig& learning = *config.mutable_learning();
  if (!options.learning) learning.set_enabled(false);
  if (options.effect) {
    learning.set_effect(options.effect == "bin" ? v1::LEARNING_EFFECT_BIN
                                                : v1::LEARNING_EFFECT_TRIAL_END);
  } else if (learning.effect() == v1::LEARNING_EFFECT_UNSPECIFIED) {
    learning.set_effect(v1::LEARNING_EFFECT_TRIAL_END);
  }
  if (learning.label_source() == v1::LABEL_SOURCE_UNSPECIFIED) {
    learning.set_label_source(recording.has_target() ? v1::LABEL_SOURCE_TARGET
                                                     : v1::LABEL_SOURCE_KINEMATICS);
  }
  if (learning.label_source() == v1::LABEL_SOURCE_REWARD) {
    throw InputError(
        "learning.label_source: a recording holds no reward, and cannot answer to what is tried; "
        "choose `target` or `kinematics`");
  }
  return config;
}

void FitLimits(const SpeedLimits& limits, v1::SessionConfig* config) {
  v1::LimitConfig& config_limits = *config->mutable_limits();
  if (config_limits.has_max_speed_m_s()) return;
  config_limits.set_max_speed_m_s(limits.max_speed_m_s);
  if (!config_limits.has_max_acceleration_m_s2()) {
    config_limits.set_max_acceleration_m_s2(limits.max_acceleration_m_s2);
  }
}

std::string ProtocolName(const v1::SessionConfig& config) {
  const bool learns = !config.learning().has_enabled() || config.learning().enabled();
  if (!learns || HasGains(config.decoder())) return "frozen";
  return config.learning().effect() == v1::LEARNING_EFFECT_BIN ? "prequential-bins"
                                                               : "prequential-trials";
}

}  // namespace efferent
