#include "decoder/snn/lif_network.h"

#include <cmath>

#include "decoder/normal_weights.h"

namespace efferent {

LifNetwork::LifNetwork(const LifNetworkParams& params, float input_gain, float recurrent_gain,
                       std::uint64_t seed)
    : params_(params) {
  const int n = params.num_neurons;
  weights_.resize(n, params.num_inputs + n);
  NormalWeights normal(seed);
  const float scale = (1.0f - params.alpha) * params.v_th;
  normal.Fill(input_gain * scale / std::sqrt(static_cast<float>(params.num_inputs)),
              weights_.leftCols(params.num_inputs));
  normal.Fill(recurrent_gain * scale / std::sqrt(static_cast<float>(n)), weights_.rightCols(n));
  weights_.rightCols(n).diagonal().setZero();
  v_ = a_ = z_ = psi_ = input_current_ = Eigen::VectorXf::Zero(n);
}

void LifNetwork::SetInput(const Eigen::VectorXf& x) noexcept {
  input_current_.setZero();
  for (Eigen::Index i = 0; i < x.size(); ++i) input_current_ += x[i] * weights_.col(i);
}

void LifNetwork::Advance() noexcept {
  const Eigen::Index num_adaptive = params_.num_adaptive;
  v_ = params_.alpha * v_ + input_current_ - params_.v_th * z_;
  for (Eigen::Index i = 0; i < z_.size(); ++i) {
    if (z_[i] != 0.0f) v_ += weights_.col(params_.num_inputs + i);
  }
  a_.tail(num_adaptive) = params_.rho * a_.tail(num_adaptive) + z_.tail(num_adaptive);
  const float slope = 1.0f / params_.v_th;
  for (Eigen::Index j = 0; j < v_.size(); ++j) {
    const float above = v_[j] - (params_.v_th + params_.beta * a_[j]);
    z_[j] = above > 0.0f ? 1.0f : 0.0f;
    psi_[j] = params_.gamma * slope * std::max(0.0f, 1.0f - std::abs(above) * slope);
  }
}

void LifNetwork::ResetActivity() noexcept {
  v_.setZero();
  a_.setZero();
  z_.setZero();
  psi_.setZero();
}

}  // namespace efferent
