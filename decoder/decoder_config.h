#pragma once

#include <memory>
#include <variant>

#include "decoder/decoder.h"
#include "decoder/kalman/kalman_decoder.h"
#include "decoder/snn/snn_params.h"

namespace efferent {

/// Which decoder, and its parameters: one alternative for each.
using DecoderParams = std::variant<SnnParams, KalmanParams>;

/// What every decoder must know of its session.
struct DecoderShape {
  int num_channels = 0;
  int num_dimensions = 2;
  TimeNs bin_width_ns = 0;
};

/// @throws InvalidParameters naming every field out of bounds, paths as in DecoderConfig
/// (`snn.tau_m_s`).
std::unique_ptr<Decoder> MakeDecoder(const DecoderParams& params, const DecoderShape& shape);

}  // namespace efferent
