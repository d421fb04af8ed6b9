#pragma once

#include <Eigen/Core>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "decoder/decoder.h"
#include "decoder/population_activity.h"
#include "decoder/snn/lif_network.h"
#include "decoder/snn/snn_params.h"

namespace efferent::bench {

/// The network of decoder/snn/lif_network.h as one writes it at first: dense matrix-vector products
/// of Eigen. Takes its weights from a LifNetwork.
class ReferenceNetwork {
 public:
  explicit ReferenceNetwork(const LifNetwork& network);

  void SetInput(const Eigen::VectorXf& x);
  void Advance();

  const LifNetworkParams& params() const { return params_; }
  Eigen::MatrixXf& weights() { return weights_; }
  const Eigen::VectorXf& z() const { return z_; }
  const Eigen::VectorXf& psi() const { return psi_; }

 private:
  LifNetworkParams params_;
  Eigen::MatrixXf weights_;  // N x (I + N)
  Eigen::VectorXf v_, a_, z_, psi_, input_current_;
};

/// Recursive least squares on a full matrix, the textbook's two lines; no cap on the variance.
class ReferenceLeastSquares {
 public:
  ReferenceLeastSquares(int num_features, double forgetting, double ridge);

  void Update(const Eigen::VectorXd& phi, const Eigen::VectorXd& error, double evidence,
              Eigen::MatrixXd* w);

 private:
  double forgetting_;
  Eigen::MatrixXd p_;
  Eigen::VectorXd q_;
};

/// The equations of ReadoutMixture, member by member, for a stream without trials.
class ReferenceMixture {
 public:
  ReferenceMixture(const SnnParams& params, int num_features, int num_direct, int num_dimensions,
                   TimeNs bin_width_ns);

  Eigen::VectorXd Respond(const Eigen::VectorXd& phi);
  void Learn(const Eigen::VectorXd& intended, const Eigen::VectorXd& label, double power);

  /// Of the member with the longest memory that sees all features.
  const Eigen::MatrixXd& slow_weights() const { return members_.front().weights; }
  const Eigen::VectorXd& slow_output() const { return members_.front().output; }

 private:
  struct Member {
    ReferenceLeastSquares rls;
    Eigen::MatrixXd weights, trial_weights;
    Eigen::VectorXd output, trial_output;
    double error = -1.0, share = 0.0;
  };
  struct Combination {
    Eigen::MatrixXd weights;
    Eigen::VectorXd inputs;  // [ybar; slow]
    void Follow(const Eigen::VectorXd& mean, double keep);
  };

  void TakeTrialWeights();

  SnnParams params_;
  double bin_width_s_, output_keep_;
  std::vector<Member> members_;
  Combination combination_, trial_combination_;
  ReferenceLeastSquares combination_rls_;
  Eigen::VectorXd phi_, last_label_;
  double num_alike_ = 0.0;
  double trial_s_ = 0.0;
};

/// Adam on a whole matrix.
template <class Matrix>
class ReferenceAdam {
 public:
  ReferenceAdam(Eigen::Index rows, Eigen::Index columns, double learning_rate)
      : learning_rate_(learning_rate),
        first_(Matrix::Zero(rows, columns)),
        second_(Matrix::Zero(rows, columns)) {}

  template <class Gradient>
  void Descend(const Gradient& gradient, Matrix* weights) {
    using Scalar = typename Matrix::Scalar;
    first_power_ *= 0.9;
    second_power_ *= 0.999;
    const auto step =
        static_cast<Scalar>(learning_rate_ * std::sqrt(1 - second_power_) / (1 - first_power_));
    first_ = Scalar(0.9) * first_ + Scalar(0.1) * gradient;
    second_ = Scalar(0.999) * second_ + Scalar(0.001) * gradient.cwiseAbs2();
    weights->array() -= step * first_.array() / (second_.array().sqrt() + Scalar(1e-8));
  }

 private:
  double learning_rate_;
  double first_power_ = 1.0, second_power_ = 1.0;
  Matrix first_, second_;
};

/// The equations of SnnDecoder in plain Eigen, sub-step by sub-step and operation by operation: what
/// its speed is compared with. Compiled with the same flags.
class ReferenceDecoder final : public Decoder {
 public:
  ReferenceDecoder(const SnnParams& params, int num_channels, int num_dimensions,
                   TimeNs bin_width_ns);

  std::string_view name() const override { return "reference"; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void OnCommand(const TaskVector& velocity_m_s) noexcept override;
  void ResetActivity() noexcept override {}
  void CopyWeightsFrom(const Decoder& /*other*/) noexcept override {}
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return true; }
  void VisitState(StateVisitor& /*visitor*/) override {}
  std::unique_ptr<Decoder> Clone() const override {
    return std::make_unique<ReferenceDecoder>(*this);
  }

 private:
  void AdvanceTraces(const Eigen::Ref<const Eigen::VectorXf>& psi,
                     const Eigen::Ref<const Eigen::VectorXf>& sources);

  SnnParams params_;
  int num_substeps_;
  float substep_s_, kappa_, rate_keep_;
  ReferenceNetwork network_;
  Eigen::MatrixXf random_feedback_;
  Eigen::MatrixXd readout_weights_, readout_gradient_;
  Eigen::VectorXf x_, filtered_z_, filtered_x_, rate_, learning_signal_;
  Eigen::VectorXd phi_, output_, carried_, last_command_, intended_, error_;
  double intended_power_ = 0.0;
  Eigen::MatrixXf psi_of_step_, sources_of_step_;
  Eigen::VectorXf presynaptic_;
  Eigen::MatrixXf adaptation_, filtered_, gradient_;
  ReferenceAdam<Eigen::MatrixXf> adam_;
  ReferenceAdam<Eigen::MatrixXd> readout_adam_;
  ReferenceLeastSquares rls_;
  std::optional<ReferenceMixture> mixture_;
  PopulationActivity activity_;
};

}  // namespace efferent::bench
