#include "decoder/decoder_config.h"

#include "decoder/snn/snn_decoder.h"

namespace efferent {
namespace {

struct Maker {
  const DecoderShape& shape;

  std::unique_ptr<Decoder> operator()(const SnnParams& params) const {
    return std::make_unique<SnnDecoder>(params, shape.num_channels, shape.num_dimensions,
                                        shape.bin_width_ns);
  }
  std::unique_ptr<Decoder> operator()(const KalmanParams& params) const {
    return std::make_unique<KalmanDecoder>(params, shape.num_channels, shape.num_dimensions,
                                           shape.bin_width_ns);
  }
};

}  // namespace

std::unique_ptr<Decoder> MakeDecoder(const DecoderParams& params, const DecoderShape& shape) {
  return std::visit(Maker{shape}, params);
}

}  // namespace efferent
