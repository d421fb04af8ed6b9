#include "clients/session/decoder_name.h"

namespace efferent {

std::vector<std::string> DecoderNames() {
  std::vector<std::string> names;
  const auto* choice = v1::DecoderConfig::descriptor()->FindOneofByName("decoder");
  names.reserve(static_cast<std::size_t>(choice->field_count()));
  for (int i = 0; i < choice->field_count(); ++i) names.push_back(choice->field(i)->name());
  return names;
}

google::protobuf::Message* ChooseDecoder(const std::string& name, v1::DecoderConfig* config) {
  const auto* field = v1::DecoderConfig::descriptor()->FindFieldByName(name);
  return config->GetReflection()->MutableMessage(config, field);
}

std::string DecoderName(const v1::DecoderConfig& decoder) {
  const auto* choice = decoder.GetDescriptor()->FindOneofByName("decoder");
  const auto* chosen = decoder.GetReflection()->GetOneofFieldDescriptor(decoder, choice);
  return chosen ? chosen->name() : "snn";  // the contract's default
}

std::string DecoderName(const v1::SessionConfig& config) { return DecoderName(config.decoder()); }

}  // namespace efferent
