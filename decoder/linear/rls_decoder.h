#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "decoder/decoder.h"
#include "decoder/linear/leaky_readout.h"
#include "decoder/linear/recursive_least_squares.h"
#include "decoder/parameters.h"

namespace efferent {

/// Settings of RlsDecoder. decoder/README.md says why the defaults are what they are.
struct RlsParams {
  static constexpr std::string_view kName = "rls";

  double tau_out_s = 0.1;      ///< Time constant of the filter on the features; 0: none.
  double output_leak = 0.0;    ///< Share of the last command that is kept at each bin.
  double forgetting = 0.9998;  ///< Per labelled bin.
  double ridge = 100.0;        ///< At the start; initial variance of the weights is 1 over this.
};

template <class Visitor>
void VisitFields(RlsParams& p, Visitor&& visit) {
  visit("tau_out_s", p.tau_out_s, Bounds{0, 10}, "s");
  visit("output_leak", p.output_leak, Bounds{0, 1}, "");
  visit("forgetting", p.forgetting, Bounds{0.9, 1}, "");
  visit("ridge", p.ridge, Bounds{1e-9, 1e9}, "");
}

/// Adaptive linear decoder that learns by recursive least squares; Haykin, Adaptive Filter Theory,
/// 4th ed., chapter 9.
///   xbar <- kappa xbar + (1 - kappa) x       kappa = exp(-bin / tau_out), 0 without tau_out
///   y[k] = output_leak c[k-1] + W' phi       phi = [xbar; 1], F = num_channels + 1
///   W <- RecursiveLeastSquares(phi, y - y*)
/// See LeakyReadout for c. Learning costs F^2 a labelled bin. Before the first label W = 0.
class RlsDecoder final : public Decoder {
 public:
  /// @throws InvalidParameters naming each field out of bounds.
  RlsDecoder(const RlsParams& params, int num_channels, int num_dimensions, TimeNs bin_width_ns);

  std::string_view name() const override { return RlsParams::kName; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void OnCommand(const TaskVector& velocity_m_s) noexcept override {
    readout_.OnCommand(velocity_m_s);
  }
  void ResetActivity() noexcept override { readout_.ResetActivity(); }
  void CopyWeightsFrom(const Decoder& other) noexcept override;
  void ForgetEvidence() noexcept override { rls_.Reset(); }
  bool IsHealthy() const noexcept override { return readout_.weights().allFinite(); }
  std::optional<double> weight_norm() const noexcept override { return readout_.weights().norm(); }
  void VisitState(StateVisitor& visitor) override;
  std::unique_ptr<Decoder> Clone() const override;

  const Eigen::MatrixXd& weights() const { return readout_.weights(); }  ///< F x D

 private:
  double kappa_;
  LeakyReadout readout_;
  RecursiveLeastSquares rls_;
};

}  // namespace efferent
