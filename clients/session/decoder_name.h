#pragma once

#include <string>
#include <vector>

#include "efferent/v1/config.pb.h"

namespace efferent {

/// Names of all decoders, those of the contract's fields: `snn`, `kalman`, ...
std::vector<std::string> DecoderNames();

/// Chooses a decoder by its name, one of DecoderNames(); what is set of its parameters stays. The
/// message of its parameters is returned: some of them are the same in several decoders.
google::protobuf::Message* ChooseDecoder(const std::string& name, v1::DecoderConfig* config);

/// Name of the decoder that is chosen, as tables and result rows have it: `snn`, `kalman`.
std::string DecoderName(const v1::DecoderConfig& decoder);
/// Name of the decoder that a session was created with.
std::string DecoderName(const v1::SessionConfig& config);

}  // namespace efferent
