#include "tests/bench/reference_decoder.h"

#include <algorithm>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/snn/snn_decoder.h"

namespace efferent::bench {
namespace {

constexpr double kLongestTrialS = 10.0;

}  // namespace

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

ReferenceMixture::ReferenceMixture(const SnnParams& params, int num_features, int num_direct,
                                   int num_dimensions, TimeNs bin_width_ns)
    : params_(params),
      bin_width_s_(static_cast<double>(bin_width_ns) * 1e-9),
      output_keep_(KeptWithTau(params.output_filter_tau_s, bin_width_ns)),
      combination_rls_(2 * num_dimensions, 1.0, 10.0),
      last_label_(Eigen::VectorXd::Zero(num_dimensions)) {
  for (const int size : {num_features, num_direct}) {
    for (int memory = 0; size > 0 && memory < params.mixture_memories; ++memory) {
      const double half_life_s =
          params.mixture_slowest_half_life_s * std::pow(params.mixture_half_life_ratio, memory);
      const Eigen::MatrixXd none = Eigen::MatrixXd::Zero(size, num_dimensions);
      members_.push_back({ReferenceLeastSquares(size, KeptWithHalfLife(half_life_s, bin_width_ns),
                                                params.rls_ridge),
                          none, none, last_label_, last_label_});
    }
  }
  for (Member& member : members_) member.share = 1.0 / static_cast<double>(members_.size());
  combination_.weights = Eigen::MatrixXd::Identity(2 * num_dimensions, num_dimensions);
  combination_.inputs = Eigen::VectorXd::Zero(2 * num_dimensions);
  trial_combination_ = combination_;
}

void ReferenceMixture::Combination::Follow(const Eigen::VectorXd& mean, double keep) {
  const Eigen::Index n = mean.size();
  inputs.head(n) = mean;
  inputs.tail(n) = keep * inputs.tail(n) + (1.0 - keep) * mean;
}

Eigen::VectorXd ReferenceMixture::Respond(const Eigen::VectorXd& phi) {
  phi_ = phi;
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(last_label_.size());
  for (Member& member : members_) {
    member.output = member.weights.transpose() * phi.tail(member.weights.rows());
    mean += member.share * member.output;
  }
  combination_.Follow(mean, output_keep_);
  return combination_.weights.transpose() * combination_.inputs;
}

void ReferenceMixture::Learn(const Eigen::VectorXd& intended, const Eigen::VectorXd& label,
                             double power) {
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(last_label_.size());
  for (Member& member : members_) {
    member.trial_output = member.trial_weights.transpose() * phi_.tail(member.weights.rows());
    mean += member.share * member.trial_output;
  }
  trial_combination_.Follow(mean, output_keep_);
  if (trial_s_ > kLongestTrialS) TakeTrialWeights();
  trial_s_ += bin_width_s_;

  const double scale = label.norm() * last_label_.norm();
  const double cosine = scale > 0.0 ? label.dot(last_label_) / scale : 0.0;
  num_alike_ = std::max(cosine, 0.0) * (num_alike_ + 1.0);
  last_label_ = label;
  const double evidence = 1.0 / (1.0 + num_alike_ * bin_width_s_ / params_.label_redundancy_s);
  const double weight = evidence * (1.0 - std::exp(-bin_width_s_ / params_.mixture_score_tau_s));
  for (Member& member : members_) {
    const double squared = (member.trial_output - intended).squaredNorm();
    member.error = member.error < 0.0 ? squared : member.error + weight * (squared - member.error);
    member.rls.Update(phi_.tail(member.weights.rows()), member.output - intended, evidence,
                      &member.weights);
  }
  combination_rls_.Update(trial_combination_.inputs,
                          combination_.weights.transpose() * trial_combination_.inputs - intended,
                          evidence / power, &combination_.weights);
}

void ReferenceMixture::TakeTrialWeights() {
  trial_s_ = 0.0;
  trial_combination_.weights = combination_.weights;
  double best = members_.front().error, sum = 0.0;
  for (Member& member : members_) {
    member.trial_weights = member.weights;
    best = std::min(best, member.error);
  }
  for (Member& member : members_) {
    member.share = std::exp(-(member.error / best - 1.0) / params_.mixture_temperature);
    sum += member.share;
  }
  for (Member& member : members_) member.share /= sum;
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
      rls_(0, 1.0, 1.0),
      activity_(bin_width_ns) {
  const SnnDecoder decoder(params, num_channels, num_dimensions, bin_width_ns);
  num_substeps_ = decoder.num_substeps();
  substep_s_ = static_cast<float>(static_cast<double>(bin_width_ns) * 1e-9 / num_substeps_);
  kappa_ = static_cast<float>(std::exp(-substep_s_ / params.tau_out_s));
  rate_keep_ = std::exp(-substep_s_);
  const auto features = static_cast<int>(decoder.readout_weights().rows());
  const int n = params.num_neurons, sources = num_channels + 1 + n;
  readout_weights_ = readout_gradient_ = decoder.readout_weights();
  if (params.readout == SnnReadout::kMixture) {
    mixture_.emplace(params, features, params.readout_inputs ? num_channels + 1 : 0, num_dimensions,
                     bin_width_ns);
  } else if (params.readout == SnnReadout::kRls) {
    rls_ = ReferenceLeastSquares(features, params.rls_forgetting, params.rls_ridge);
  } else {
    readout_adam_ = ReferenceAdam<Eigen::MatrixXd>(features, num_dimensions, params.learning_rate);
  }
  x_ = filtered_x_ = Eigen::VectorXf::Zero(num_channels + 1);
  filtered_z_ = rate_ = learning_signal_ = Eigen::VectorXf::Zero(n);
  phi_ = Eigen::VectorXd::Zero(features);
  output_ = carried_ = last_command_ = error_ = Eigen::VectorXd::Zero(num_dimensions);
  psi_of_step_ = Eigen::MatrixXf::Zero(n, num_substeps_);
  sources_of_step_ = Eigen::MatrixXf::Zero(sources, num_substeps_);
  presynaptic_ = Eigen::VectorXf::Zero(sources);
  adaptation_ = Eigen::MatrixXf::Zero(network_.params().num_adaptive, sources);
  filtered_ = gradient_ = Eigen::MatrixXf::Zero(n, sources);
}

TaskVector ReferenceDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  const Eigen::Index channels = features.size(), n = params_.num_neurons;
  const double activity = activity_.Follow(features);
  x_ << features, static_cast<float>(activity);
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
  phi_[phi_.size() - 1] = activity;
  carried_ = params_.output_leak * last_command_;
  output_ = carried_;
  if (mixture_) {
    output_ += mixture_->Respond(phi_);
  } else {
    output_.noalias() += readout_weights_.transpose() * phi_;
  }
  TaskVector velocity;
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

void ReferenceDecoder::Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  for (int step = 0; step < num_substeps_; ++step) {
    AdvanceTraces(psi_of_step_.col(step), sources_of_step_.col(step));
  }
  if (!intended_velocity_m_s) return;
  intended_ = intended_velocity_m_s->head(output_.size()) - carried_;
  if (mixture_) {
    readout_weights_ = mixture_->slow_weights();
    error_ = mixture_->slow_output() - intended_;
  } else {
    error_ = output_ - carried_ - intended_;
  }
  const Eigen::Index n = params_.num_neurons;
  const auto target = static_cast<float>(params_.target_rate_hz) * substep_s_;
  const double power = intended_.squaredNorm();
  intended_power_ += (intended_power_ > 0.0 ? 0.001 : 1.0) * (power - intended_power_);
  learning_signal_.noalias() =
      readout_weights_.topRows(n).cast<float>() * (error_ / intended_power_).cast<float>();
  learning_signal_.array() +=
      static_cast<float>(params_.rate_regularization) * (rate_.array() - target);
  learning_signal_ *= 1.0f - kappa_;
  gradient_ = learning_signal_.asDiagonal() * filtered_;
  adam_.Descend(gradient_, &network_.weights());
  network_.weights().rightCols(n).diagonal().setZero();
  if (mixture_) {
    mixture_->Learn(intended_, intended_velocity_m_s->head(output_.size()), intended_power_);
  } else if (params_.readout == SnnReadout::kRls) {
    rls_.Update(phi_, error_, 1.0, &readout_weights_);
  } else {
    readout_gradient_.noalias() = phi_ * error_.transpose();
    readout_adam_.Descend(readout_gradient_, &readout_weights_);
  }
}

void ReferenceDecoder::OnCommand(const TaskVector& velocity_m_s) noexcept {
  last_command_ = velocity_m_s.head(last_command_.size());
}

}  // namespace efferent::bench
