#pragma once

#include <string>
#include <vector>

#include "efferent/v1/config.pb.h"

namespace efferent::control {

/// A decoder by its name, one of DecoderNames(), and `settings` of the form `FIELD=VALUE`, applied in
/// order: `learning_rate=0.0005`, `readout=mixture` (or the contract's SNN_READOUT_MIXTURE),
/// `m0=0,0.1` for a list. `snn.learning_rate=0.0005` is understood too. What is not set keeps the
/// server's default; bounds are the server's affair.
/// @throws InputError naming the setting: an unknown field (and which there are), a wrong type.
v1::DecoderConfig MakeDecoderConfig(const std::string& name,
                                    const std::vector<std::string>& settings);

}  // namespace efferent::control
