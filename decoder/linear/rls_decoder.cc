#include "decoder/linear/rls_decoder.h"

#include "decoder/exponential_decay.h"
#include "decoder/state_visitor.h"

namespace efferent {
RlsDecoder::RlsDecoder(const RlsParams& params, int num_channels, int num_dimensions,
                       TimeNs bin_width_ns)
    : kappa_(KeptWithTau(RequireWithinBounds(params, "rls.").tau_out_s, bin_width_ns)),
      readout_(num_channels + 1, num_dimensions, params.output_leak),
      rls_(num_channels + 1, params.forgetting, params.ridge) {}

TaskVector RlsDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  FilterExponentially(kappa_, features, readout_.phi().head(features.size()));
  return readout_.Respond();
}

void RlsDecoder::Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  if (!intended_velocity_m_s) return;
  rls_.Update(readout_.phi(), readout_.Error(*intended_velocity_m_s), 1.0, &readout_.weights());
}

void RlsDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  readout_.weights() = static_cast<const RlsDecoder&>(other).readout_.weights();
}

std::unique_ptr<Decoder> RlsDecoder::Clone() const { return std::make_unique<RlsDecoder>(*this); }

void RlsDecoder::VisitState(StateVisitor& visitor) {
  visitor("readout", readout_);
  visitor("rls", rls_);
}

}  // namespace efferent
