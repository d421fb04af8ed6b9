#pragma once

#include <string>

#include "efferent/v1/config.pb.h"

namespace efferent {

/// Name of the decoder that a session uses, as tables and result rows have it: `snn`, `kalman`.
std::string DecoderName(const v1::SessionConfig& config);

}  // namespace efferent
