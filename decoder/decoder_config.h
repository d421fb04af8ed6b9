#pragma once

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "decoder/decoder.h"
#include "decoder/kalman/kalman_decoder.h"
#include "decoder/kalman/refit_kalman_decoder.h"
#include "decoder/linear/nlms_decoder.h"
#include "decoder/linear/rls_decoder.h"
#include "decoder/linear/wiener_decoder.h"
#include "decoder/snn/snn_params.h"
#include "decoder/stabilized/stabilized_kalman_decoder.h"

namespace efferent {

/// Which decoder, and its parameters: one alternative for each. The first one is the default.
using DecoderParams = std::variant<SnnParams, KalmanParams, RefitKalmanParams,
                                   StabilizedKalmanParams, WienerParams, RlsParams, NlmsParams>;

/// Name of a decoder in configurations, for example `snn`.
std::string_view DecoderName(const DecoderParams& params);

/// Every decoder that there is, with its default parameters.
std::vector<DecoderParams> AllDecoders();

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
