#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "decoder/decoder.h"
#include "decoder/linear/leaky_readout.h"
#include "decoder/parameters.h"

namespace efferent {

/// Settings of NlmsDecoder. decoder/README.md says why the defaults are what they are.
struct NlmsParams {
  static constexpr std::string_view kName = "nlms";

  double tau_out_s = 0.1;       ///< Time constant of the filter on the features; 0: none.
  double output_leak = 0.0;     ///< Share of the last command that is kept at each bin.
  double step_size = 0.1;       ///< Share of a bin's error that is taken away at once.
  double regularization = 0.5;  ///< Added to |phi|^2, per feature: keeps quiet bins from shouting.
};

template <class Visitor>
void VisitFields(NlmsParams& p, Visitor&& visit) {
  visit("tau_out_s", p.tau_out_s, Bounds{0, 10}, "s");
  visit("output_leak", p.output_leak, Bounds{0, 1}, "");
  visit("step_size", p.step_size, Bounds{1e-9, 1.999}, "");
  visit("regularization", p.regularization, Bounds{1e-9, 1e6}, "features squared");
}

/// Adaptive linear decoder that learns by the normalised least mean squares rule; Haykin, Adaptive
/// Filter Theory, 4th ed., chapter 6.
///   xbar <- kappa xbar + (1 - kappa) x       kappa = exp(-bin / tau_out), 0 without tau_out
///   y[k] = output_leak c[k-1] + W' phi       phi = [xbar; 1], F = num_channels + 1
///   W <- W - step_size phi (y - y*)' / (regularization F + phi' phi)
/// See LeakyReadout for c. Stable for step sizes below 2; learning costs F a labelled bin. What was
/// learnt fades as new errors overwrite it; there is no other evidence. Before the first label W = 0.
class NlmsDecoder final : public Decoder {
 public:
  /// @throws InvalidParameters naming each field out of bounds.
  NlmsDecoder(const NlmsParams& params, int num_channels, int num_dimensions, TimeNs bin_width_ns);

  std::string_view name() const override { return NlmsParams::kName; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void OnCommand(const TaskVector& velocity_m_s) noexcept override {
    readout_.OnCommand(velocity_m_s);
  }
  void ResetActivity() noexcept override { readout_.ResetActivity(); }
  void CopyWeightsFrom(const Decoder& other) noexcept override;
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return readout_.weights().allFinite(); }
  std::optional<double> weight_norm() const noexcept override { return readout_.weights().norm(); }
  void VisitState(StateVisitor& visitor) override;
  std::unique_ptr<Decoder> Clone() const override;

  const Eigen::MatrixXd& weights() const { return readout_.weights(); }  ///< F x D

 private:
  double kappa_, step_size_, offset_;
  LeakyReadout readout_;
};

}  // namespace efferent
