#include "decoder/linear/nlms_decoder.h"

#include "decoder/exponential_decay.h"
#include "decoder/state_visitor.h"

namespace efferent {
NlmsDecoder::NlmsDecoder(const NlmsParams& params, int num_channels, int num_dimensions,
                         TimeNs bin_width_ns)
    : kappa_(KeptWithTau(RequireWithinBounds(params, "nlms.").tau_out_s, bin_width_ns)),
      step_size_(params.step_size),
      offset_(params.regularization * (num_channels + 1)),
      readout_(num_channels + 1, num_dimensions, params.output_leak) {}

TaskVector NlmsDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  FilterExponentially(kappa_, features, readout_.phi().head(features.size()));
  return readout_.Respond();
}

void NlmsDecoder::Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  if (!intended_velocity_m_s) return;
  const Eigen::VectorXd& phi = readout_.phi();
  const Eigen::VectorXd& error = readout_.Error(*intended_velocity_m_s);
  const double step = step_size_ / (offset_ + phi.squaredNorm());
  for (Eigen::Index d = 0; d < error.size(); ++d) {
    readout_.weights().col(d) -= (step * error[d]) * phi;
  }
}

void NlmsDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  readout_.weights() = static_cast<const NlmsDecoder&>(other).readout_.weights();
}

std::unique_ptr<Decoder> NlmsDecoder::Clone() const { return std::make_unique<NlmsDecoder>(*this); }

void NlmsDecoder::VisitState(StateVisitor& visitor) { visitor("readout", readout_); }

}  // namespace efferent
