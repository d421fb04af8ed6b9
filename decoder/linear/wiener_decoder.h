#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "decoder/decoder.h"
#include "decoder/linear/leaky_readout.h"
#include "decoder/linear/normal_equations.h"
#include "decoder/parameters.h"

namespace efferent {

/// Settings of WienerDecoder. decoder/README.md says why the defaults are what they are.
struct WienerParams {
  static constexpr std::string_view kName = "wiener";

  int num_taps = 0;            ///< L, bins; 0: as many as span 200 ms and keep L channels <= 768.
  double half_life_s = 150.0;  ///< Of the statistics, in labelled time.
  double ridge = 1000.0;       ///< On the weights, in labelled bins' worth of evidence.
  double output_leak = 0.0;    ///< Share of the last command that is kept at each bin.
};

template <class Visitor>
void VisitFields(WienerParams& p, Visitor&& visit) {
  visit("num_taps", p.num_taps, Bounds{0, 100}, "bins");
  visit("half_life_s", p.half_life_s, Bounds{1.0, 1e6}, "s of labelled data");
  visit("ridge", p.ridge, Bounds{1e-6, 1e6}, "labelled bins");
  visit("output_leak", p.output_leak, Bounds{0, 1}, "");
}

/// Wiener filter: linear in the last L bins; Glaser et al., eNeuro 7(4) (2020).
///   y[k] = output_leak c[k-1] + W' phi       phi = [x[k]; x[k-1]; ...; x[k-L+1]; 1]
///   F = L num_channels + 1; bins before the trial count as zero
/// W is the ridge regression on the labels so far with exponential forgetting, followed bin by bin;
/// see NormalEquations for how, LeakyReadout for c. Learning costs some (8 D + 1) F^2
/// multiplications a labelled bin. Before the first label W = 0.
class WienerDecoder final : public Decoder {
 public:
  /// Largest L num_channels: 0.3 GB of statistics.
  static constexpr int kMaxInputs = 6144;

  /// @throws InvalidParameters naming each field out of bounds; `wiener.num_taps` too if
  /// L num_channels is over kMaxInputs.
  WienerDecoder(const WienerParams& params, int num_channels, int num_dimensions,
                TimeNs bin_width_ns);

  std::string_view name() const override { return WienerParams::kName; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void OnCommand(const TaskVector& velocity_m_s) noexcept override {
    readout_.OnCommand(velocity_m_s);
  }
  void ResetActivity() noexcept override { readout_.ResetActivity(); }
  void CopyWeightsFrom(const Decoder& other) noexcept override;
  void ForgetEvidence() noexcept override { equations_.Clear(readout_.weights()); }
  bool IsHealthy() const noexcept override { return readout_.weights().allFinite(); }
  std::optional<double> weight_norm() const noexcept override { return readout_.weights().norm(); }
  void VisitState(StateVisitor& visitor) override;
  std::unique_ptr<Decoder> Clone() const override;

  int num_taps() const { return num_taps_; }
  const Eigen::MatrixXd& weights() const { return readout_.weights(); }  ///< F x D

 private:
  int num_taps_;
  LeakyReadout readout_;
  NormalEquations equations_;
  Eigen::VectorXd wanted_;  // of W' phi, D
};

}  // namespace efferent
