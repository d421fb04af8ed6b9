#include "decoder/snn/eligibility_traces.h"

namespace efferent {

EligibilityTraces::EligibilityTraces(const LifNetworkParams& params, float kappa)
    : params_(params), kappa_(kappa) {
  const Eigen::Index sources = params.num_inputs + params.num_neurons;
  presynaptic_ = Eigen::VectorXf::Zero(sources);
  adaptation_ = Eigen::MatrixXf::Zero(params.num_adaptive, sources);
  filtered_ = Eigen::MatrixXf::Zero(params.num_neurons, sources);
}

void EligibilityTraces::Advance(const Eigen::VectorXf& psi,
                                const Eigen::VectorXf& sources) noexcept {
  presynaptic_ = params_.alpha * presynaptic_ + sources;
  const Eigen::Index num_adaptive = params_.num_adaptive;
  const Eigen::Index num_plain = params_.num_neurons - num_adaptive;
  const auto psi_plain = psi.head(num_plain).array();
  const auto psi_adaptive = psi.tail(num_adaptive).array();
  for (Eigen::Index i = 0; i < presynaptic_.size(); ++i) {
    const float trace = presynaptic_[i];
    auto plain = filtered_.col(i).head(num_plain).array();
    auto adaptive = filtered_.col(i).tail(num_adaptive).array();
    auto eps = adaptation_.col(i).array();
    plain = kappa_ * plain + trace * psi_plain;
    adaptive = kappa_ * adaptive + psi_adaptive * (trace - params_.beta * eps);
    eps = params_.rho * eps + psi_adaptive * (trace - params_.beta * eps);
  }
}

void EligibilityTraces::Reset() noexcept {
  presynaptic_.setZero();
  adaptation_.setZero();
  filtered_.setZero();
}

}  // namespace efferent
