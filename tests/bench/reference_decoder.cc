#include "tests/bench/reference_decoder.h"

#include <cmath>

#include "decoder/snn/snn_decoder.h"

namespace efferent::bench {

ReferenceNetwork::ReferenceNetwork(const LifNetwork& network)
    : params_(network.params()), weights_(network.weights()) {
  v_ = a_ = z_ = psi_ = input_current_ = Eigen::VectorXf::Zero(params_.num_neurons);
}

void ReferenceNetwork::SetInput(const Eigen::VectorXf& x) {
  input_current_.noalias() = weights_.leftCols(params_.num_inputs) * x;
}

void ReferenceNetwork::Advance() {
  v_ = params_.alpha * v_ + input_current_ - params_.v_th * z_;
  v_.noalias() += weights_.rightCols(params_.num_neurons) * z_;
  auto a = a_.tail(params_.num_adaptive);
  a = params_.rho * a + z_.tail(params_.num_adaptive);
  const auto above = v_.array() - (params_.v_th + params_.beta * a_.array());
  z_ = (above > 0.0f).cast<float>();
  psi_ = params_.gamma / params_.v_th * (1.0f - above.abs() / params_.v_th).max(0.0f);
}

ReferenceLeastSquares::ReferenceLeastSquares(int num_features, double forgetting, double ridge)
    : forgetting_(forgetting),
      p_(Eigen::MatrixXd::Identity(num_features, num_features) / ridge),
      q_(Eigen::VectorXd::Zero(num_features)) {}

void ReferenceLeastSquares::Update(const Eigen::VectorXd& phi, const Eigen::VectorXd& error,
                                   double evidence, Eigen::MatrixXd* w) {
  q_.noalias() = p_ * phi;
  const double denominator = forgetting_ / evidence + phi.dot(q_);
  w->noalias() -= (q_ / denominator) * error.transpose();
  p_ = (p_ - q_ * (q_ / denominator).transpose()) / forgetting_;
}

ReferenceDecoder::ReferenceDecoder(const SnnParams& params, int num_channels, int num_dimensions,
                                   TimeNs bin_width_ns)
    : params_(params),
      num_substeps_(0),
      substep_s_(0),
      kappa_(0),
      rate_keep_(0),
      network_(SnnDecoder(params, num_channels, num_dimensions, bin_width_ns).network()),
      adam_(params.num_neurons, num_channels + 1 + params.num_neurons, params.learning_rate),
      readout_adam_(0, 0, 0.0),
      rls_(0, 1.0, 1.0) {
  const SnnDecoder decoder(params, num_channels, num_dimensions, bin_width_ns);
  num_substeps_ = decoder.num_substeps();
  substep_s_ = static_cast<float>(static_cast<double>(bin_width_ns) * 1e-9 / num_substeps_);
  kappa_ = static_cast<float>(std::exp(-substep_s_ / params.tau_out_s));
  rate_keep_ = std::exp(-substep_s_);
  const auto features = static_cast<int>(decoder.readout_weights().rows());
  const int n = params.num_neurons, sources = num_channels + 1 + n;
  readout_weights_ = readout_gradient_ = decoder.readout_weights();
  readout_adam_ = ReferenceAdam<Eigen::MatrixXd>(features, num_dimensions, params.learning_rate);
  rls_ = ReferenceLeastSquares(features, params.rls_forgetting, params.rls_ridge);
  x_ = filtered_x_ = Eigen::VectorXf::Zero(num_channels + 1);
  x_[num_channels] = 1.0f;
  filtered_z_ = rate_ = learning_signal_ = Eigen::VectorXf::Zero(n);
  phi_ = Eigen::VectorXd::Zero(features);
  phi_[features - 1] = 1.0;
  output_ = carried_ = last_command_ = error_ = Eigen::VectorXd::Zero(num_dimensions);
  psi_of_step_ = Eigen::MatrixXf::Zero(n, num_substeps_);
  sources_of_step_ = Eigen::MatrixXf::Zero(sources, num_substeps_);
  presynaptic_ = Eigen::VectorXf::Zero(sources);
  adaptation_ = Eigen::MatrixXf::Zero(network_.params().num_adaptive, sources);
  filtered_ = gradient_ = Eigen::MatrixXf::Zero(n, sources);
}

Vec3 ReferenceDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  const Eigen::Index channels = features.size(), n = params_.num_neurons;
  x_.head(channels) = features;
  network_.SetInput(x_);
  for (int step = 0; step < num_substeps_; ++step) {
    sources_of_step_.col(step) << x_, network_.z();
    network_.Advance();
    psi_of_step_.col(step) = network_.psi();
    filtered_z_ = kappa_ * filtered_z_ + (1.0f - kappa_) * network_.z();
    filtered_x_ = kappa_ * filtered_x_ + (1.0f - kappa_) * x_;
    rate_ = rate_keep_ * rate_ + (1.0f - rate_keep_) * network_.z();
  }
  phi_.head(n) = filtered_z_.cast<double>();
  if (params_.readout_inputs) phi_.segment(n, channels) = filtered_x_.head(channels).cast<double>();
  carried_ = params_.output_leak * last_command_;
  output_ = carried_;
  output_.noalias() += readout_weights_.transpose() * phi_;
  Vec3 velocity = Vec3::Zero();
  velocity.head(output_.size()) = output_;
  return velocity;
}

void ReferenceDecoder::AdvanceTraces(const Eigen::Ref<const Eigen::VectorXf>& psi,
                                     const Eigen::Ref<const Eigen::VectorXf>& sources) {
  const LifNetworkParams& p = network_.params();
  const Eigen::Index plain = p.num_neurons - p.num_adaptive;
  presynaptic_ = p.alpha * presynaptic_ + sources;
  for (Eigen::Index i = 0; i < presynaptic_.size(); ++i) {
    const float trace = presynaptic_[i];
    const auto psi_adaptive = psi.tail(p.num_adaptive).array();
    auto eps = adaptation_.col(i).array();
    auto ebar = filtered_.col(i).array();
    ebar.head(plain) = kappa_ * ebar.head(plain) + psi.head(plain).array() * trace;
    ebar.tail(p.num_adaptive) =
        kappa_ * ebar.tail(p.num_adaptive) + psi_adaptive * (trace - p.beta * eps);
    eps = psi_adaptive * trace + (p.rho - p.beta * psi_adaptive) * eps;
  }
}

void ReferenceDecoder::Learn(const std::optional<Vec3>& intended_velocity_m_s) noexcept {
  for (int step = 0; step < num_substeps_; ++step) {
    AdvanceTraces(psi_of_step_.col(step), sources_of_step_.col(step));
  }
  if (!intended_velocity_m_s) return;
  error_ = output_ - intended_velocity_m_s->head(output_.size());
  const Eigen::Index n = params_.num_neurons;
  const auto target = static_cast<float>(params_.target_rate_hz) * substep_s_;
  const double power = (intended_velocity_m_s->head(output_.size()) - carried_).squaredNorm();
  intended_power_ += (intended_power_ > 0.0 ? 0.001 : 1.0) * (power - intended_power_);
  learning_signal_.noalias() =
      readout_weights_.topRows(n).cast<float>() * (error_ / intended_power_).cast<float>();
  learning_signal_.array() +=
      static_cast<float>(params_.rate_regularization) * (rate_.array() - target);
  learning_signal_ *= 1.0f - kappa_;
  gradient_ = learning_signal_.asDiagonal() * filtered_;
  adam_.Descend(gradient_, &network_.weights());
  network_.weights().rightCols(n).diagonal().setZero();
  if (params_.readout == SnnReadout::kRls) {
    rls_.Update(phi_, error_, 1.0, &readout_weights_);
  } else {
    readout_gradient_.noalias() = phi_ * error_.transpose();
    readout_adam_.Descend(readout_gradient_, &readout_weights_);
  }
}

void ReferenceDecoder::OnCommand(const Vec3& velocity_m_s) noexcept {
  last_command_ = velocity_m_s.head(last_command_.size());
}

}  // namespace efferent::bench
