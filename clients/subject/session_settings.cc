#include "clients/subject/session_settings.h"

#include "clients/session/decoder_name.h"
#include "clients/subject/suitable_settings.h"

namespace efferent::subject {
namespace {

void SetDecoder(const std::string& name, const std::vector<DecoderSetting>& settings,
                v1::DecoderConfig* config) {
  google::protobuf::Message* params = ChooseDecoder(name, config);
  for (const DecoderSetting& setting : settings) {
    const auto* field = params->GetDescriptor()->FindFieldByName(std::string(setting.field));
    if (field != nullptr) params->GetReflection()->SetDouble(params, field, setting.value);
  }
}

}  // namespace

v1::SessionConfig SuitableSessionConfig(const UserParams& user, const std::string& decoder,
                                        std::uint32_t num_channels, std::int64_t bin_width_ns,
                                        bool lockstep) {
  v1::SessionConfig config;
  config.set_subject_code("simulated");
  config.set_num_channels(num_channels);
  config.set_bin_width_ns(bin_width_ns);
  config.set_num_dimensions(2);
  config.mutable_limits()->set_max_acceleration_m_s2(kSuitableMaxAccelerationMS2);
  if (lockstep) config.mutable_timing()->set_real_time(false);
  const SuitableSettings settings = SuitableFor(user, decoder, bin_width_ns);
  SetDecoder(decoder, settings.decoder, config.mutable_decoder());
  v1::LearningConfig& learning = *config.mutable_learning();
  learning.set_intended_speed_m_s(settings.label.intended_speed_m_s);
  learning.set_slowing_distance_m(settings.label.slowing_distance_m);
  learning.set_response(settings.label.response);
  config.mutable_features()->set_smoothing_tau_s(settings.smoothing_tau_s);
  config.mutable_limits()->set_max_speed_m_s(settings.max_speed_m_s);
  return config;
}

}  // namespace efferent::subject
