#include "clients/session/decoder_name.h"

namespace efferent {

std::string DecoderName(const v1::SessionConfig& config) {
  const v1::DecoderConfig& decoder = config.decoder();
  const auto* choice = decoder.GetDescriptor()->FindOneofByName("decoder");
  const auto* chosen = decoder.GetReflection()->GetOneofFieldDescriptor(decoder, choice);
  return chosen ? chosen->name() : "snn";  // the contract's default
}

}  // namespace efferent
