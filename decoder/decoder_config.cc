#include "decoder/decoder_config.h"

#include "decoder/snn/snn_decoder.h"

namespace efferent {
namespace {

struct Maker {
  const DecoderShape& shape;

  template <class D, class Params>
  std::unique_ptr<Decoder> Make(const Params& params) const {
    return std::make_unique<D>(params, shape.num_channels, shape.num_dimensions,
                               shape.bin_width_ns);
  }

  std::unique_ptr<Decoder> operator()(const SnnParams& p) const { return Make<SnnDecoder>(p); }
  std::unique_ptr<Decoder> operator()(const KalmanParams& p) const {
    return Make<KalmanDecoder>(p);
  }
  std::unique_ptr<Decoder> operator()(const RefitKalmanParams& p) const {
    return Make<RefitKalmanDecoder>(p);
  }
  std::unique_ptr<Decoder> operator()(const StabilizedKalmanParams& p) const {
    return Make<StabilizedKalmanDecoder>(p);
  }
  std::unique_ptr<Decoder> operator()(const WienerParams& p) const {
    return Make<WienerDecoder>(p);
  }
  std::unique_ptr<Decoder> operator()(const RlsParams& p) const { return Make<RlsDecoder>(p); }
  std::unique_ptr<Decoder> operator()(const NlmsParams& p) const { return Make<NlmsDecoder>(p); }
};

template <class... Params>
std::vector<DecoderParams> DefaultsOf(const std::variant<Params...>*) {
  return {DecoderParams(Params())...};
}

}  // namespace

std::string_view DecoderName(const DecoderParams& params) {
  return std::visit([](const auto& p) { return p.kName; }, params);
}

std::vector<DecoderParams> AllDecoders() {
  return DefaultsOf(static_cast<const DecoderParams*>(nullptr));
}

std::unique_ptr<Decoder> MakeDecoder(const DecoderParams& params, const DecoderShape& shape) {
  return std::visit(Maker{shape}, params);
}

}  // namespace efferent
