#pragma once

#include <Eigen/Core>
#include <memory>
#include <optional>

#include "decoder/decoder.h"
#include "decoder/kernels/kernels.h"
#include "decoder/linear/recursive_least_squares.h"
#include "decoder/population_activity.h"
#include "decoder/snn/adam.h"
#include "decoder/snn/arm_posture.h"
#include "decoder/snn/eligibility_traces.h"
#include "decoder/snn/lif_network.h"
#include "decoder/snn/readout_mixture.h"
#include "decoder/snn/snn_params.h"

namespace efferent {

/// Spiking decoder that learns every weight online with e-prop (decoder/README.md has it all in one
/// place). Per bin k of S network steps, with x the features and, as the last input, the
/// PopulationActivity a:
///   S times:  LifNetwork::Advance
///             zbar <- kappa zbar + (1 - kappa) z
///             xbar <- kappa xbar + (1 - kappa) x
///   y[k] = output_leak c[k-1] + readout(phi)    phi = [zbar; xbar; a]
///                                               (without `readout_inputs`: [zbar; a])
/// The readout is W_out' phi, or a ReadoutMixture of several of these, some of them with weights that
/// depend on where the hand is, if OnPosition says so.
/// Learning from label y*, error = y - y*: the readout by recursive least squares or by the
/// gradient; input and recurrent weights by e-prop, with W_out and the error of the mixture's
/// member with the longest memory:
///   L_j = (1 - kappa) (sum_d B_jd error_d / p + rate_regularization (rate_j - target_rate) dt)
///   W_ji <- W_ji - Adam(L_j ebar_ji)            B: the readout weights (symmetric), or random ones
/// p: running mean of |y* - output_leak c|^2, so that speeds and their units do not matter.
/// c[k-1], the last command, counts as measured: the error of a bin is not blamed on earlier
/// outputs.
class SnnDecoder final : public Decoder {
 public:
  /// @throws InvalidParameters naming each field out of bounds.
  SnnDecoder(const SnnParams& params, int num_channels, int num_dimensions, TimeNs bin_width_ns,
             const kernels::Kernels& kernels = kernels::Kernels());

  std::string_view name() const override { return SnnParams::kName; }
  void OnPosition(const std::optional<TaskVector>& position_m) noexcept override {
    posture_.OnPosition(position_m);
  }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void OnCommand(const TaskVector& velocity_m_s) noexcept override;
  void ResetActivity() noexcept override;
  void CopyWeightsFrom(const Decoder& other) noexcept override;
  void ForgetEvidence() noexcept override;
  bool IsHealthy() const noexcept override;
  std::optional<double> firing_rate_hz() const noexcept override;
  std::optional<double> weight_norm() const noexcept override;
  void VisitState(StateVisitor& visitor) override;
  std::unique_ptr<Decoder> Clone() const override;

  int num_substeps() const { return num_substeps_; }
  const LifNetwork& network() const { return network_; }
  const EligibilityTraces& traces() const { return traces_; }
  /// F x D; of a mixture, those that the network learns for.
  const Eigen::MatrixXd& readout_weights() const {
    return mixes() ? mixture_.slow_weights() : readout_weights_;
  }
  const ReadoutMixture& mixture() const { return mixture_; }        ///< Empty with another readout.
  const Eigen::VectorXd& readout_features() const { return phi_; }  ///< F

 private:
  bool mixes() const { return params_.readout == SnnReadout::kMixture; }
  void LearnReadout() noexcept;
  void LearnNetwork() noexcept;

  SnnParams params_;
  int num_substeps_;
  float substep_s_;
  float kappa_;
  float rate_keep_;

  // Weights.
  LifNetwork network_;
  Eigen::MatrixXd readout_weights_;  // F x D, F = N (+ I - 1) + 1; 0 x 0 with a mixture
  ReadoutMixture mixture_;           // empty without
  ArmPosture posture_;               // asked by the mixture only
  Eigen::MatrixXf random_feedback_;  // N x D; empty with symmetric feedback

  // Activity.
  PopulationActivity population_activity_;
  Eigen::VectorXf filtered_z_;    // zbar, N
  Eigen::VectorXf filtered_x_;    // xbar, I
  Eigen::VectorXf rate_;          // spikes per step, running average, N
  Eigen::VectorXd phi_;           // F
  Eigen::VectorXd output_;        // y, D
  Eigen::VectorXd last_command_;  // c, D
  Eigen::VectorXd carried_;       // output_leak c, D

  // Learning. What the steps of the last bin left behind waits here until the command has gone.
  BinActivity activity_;  // Its inputs are x.
  EligibilityTraces traces_;
  SynapticAdam adam_;
  Adam<double> readout_adam_;        // 0 x 0 with recursive least squares
  RecursiveLeastSquares rls_;        // 0 x 0 with the gradient
  Eigen::VectorXd label_;            // y*, D
  Eigen::VectorXd intended_;         // y* - output_leak c: what the readout should have said, D
  double intended_power_ = 0.0;      // p; 0 before the first label
  Eigen::VectorXd error_;            // y - y*, D
  Eigen::VectorXf learning_signal_;  // L, N
};

}  // namespace efferent
