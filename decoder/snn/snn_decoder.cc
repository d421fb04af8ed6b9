#include "decoder/snn/snn_decoder.h"

#include <algorithm>
#include <cmath>

#include "decoder/normal_weights.h"

namespace efferent {
namespace {

constexpr double kLongestSubstepS = 0.012;
constexpr double kRateTauS = 1.0;
// Membranes then vary by about the threshold, and rates start near 20 Hz, whatever the number of
// channels.
constexpr float kInputGain = 1.5f;
constexpr float kRecurrentGain = 1.0f;

int NumSubsteps(const SnnParams& params, TimeNs bin_width_ns) {
  if (params.num_substeps > 0) return params.num_substeps;
  const double bin_width_s = static_cast<double>(bin_width_ns) * 1e-9;
  return std::max(1, static_cast<int>(std::ceil(bin_width_s / kLongestSubstepS - 1e-9)));
}

LifNetworkParams NetworkParams(const SnnParams& params, int num_channels, double substep_s) {
  LifNetworkParams network;
  network.num_inputs = num_channels + 1;
  network.num_neurons = params.num_neurons;
  network.num_adaptive =
      static_cast<int>(std::lround(params.adaptive_fraction * params.num_neurons));
  network.alpha = static_cast<float>(std::exp(-substep_s / params.tau_m_s));
  network.rho = static_cast<float>(std::exp(-substep_s / params.tau_a_s));
  network.v_th = static_cast<float>(params.v_th);
  network.beta = static_cast<float>(params.beta * params.v_th);
  network.gamma = static_cast<float>(params.gamma);
  return network;
}

const SnnParams& Checked(const SnnParams& params) {
  RequireWithinBounds(params, "snn.");
  return params;
}

}  // namespace

SnnDecoder::SnnDecoder(const SnnParams& params, int num_channels, int num_dimensions,
                       TimeNs bin_width_ns)
    : params_(Checked(params)),
      num_substeps_(NumSubsteps(params, bin_width_ns)),
      substep_s_(static_cast<float>(static_cast<double>(bin_width_ns) * 1e-9 / num_substeps_)),
      kappa_(static_cast<float>(std::exp(-substep_s_ / params.tau_out_s))),
      rate_keep_(static_cast<float>(std::exp(-substep_s_ / kRateTauS))),
      network_(NetworkParams(params, num_channels, substep_s_), kInputGain, kRecurrentGain,
               params.seed),
      traces_(network_.params(), kappa_),
      adam_(network_.weights().rows(), network_.weights().cols(), params.learning_rate),
      readout_adam_(0, 0, 0.0),
      rls_(0, params.rls_forgetting, params.rls_ridge) {
  const int n = params.num_neurons;
  const int inputs = num_channels + 1;
  const int features = n + (params.readout_inputs ? num_channels : 0) + 1;

  readout_weights_ = Eigen::MatrixXd::Zero(features, num_dimensions);
  if (params.readout == SnnReadout::kRls) {
    rls_ = RecursiveLeastSquares(features, params.rls_forgetting, params.rls_ridge);
  } else {
    readout_adam_ = Adam<double>(features, num_dimensions, params.learning_rate);
  }
  if (params.feedback == SnnFeedback::kRandom) {
    random_feedback_.resize(n, num_dimensions);
    NormalWeights(params.seed + 1).Fill(1.0f / std::sqrt(static_cast<float>(n)), random_feedback_);
  }

  x_ = Eigen::VectorXf::Zero(inputs);
  x_[num_channels] = 1.0f;
  filtered_z_ = rate_ = learning_signal_ = psi_ = Eigen::VectorXf::Zero(n);
  filtered_x_ = Eigen::VectorXf::Zero(inputs);
  sources_ = Eigen::VectorXf::Zero(inputs + n);
  psi_of_step_ = Eigen::MatrixXf::Zero(n, num_substeps_);
  sources_of_step_ = Eigen::MatrixXf::Zero(inputs + n, num_substeps_);
  phi_ = Eigen::VectorXd::Zero(features);
  phi_[features - 1] = 1.0;
  output_ = last_command_ = error_ = Eigen::VectorXd::Zero(num_dimensions);
}

Vec3 SnnDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  const Eigen::Index channels = features.size();
  const Eigen::Index n = params_.num_neurons;
  x_.head(channels) = features;
  network_.SetInput(x_);
  for (int step = 0; step < num_substeps_; ++step) {
    sources_of_step_.col(step).head(channels + 1) = x_;
    sources_of_step_.col(step).tail(n) = network_.z();
    network_.Advance();
    psi_of_step_.col(step) = network_.psi();
    filtered_z_ = kappa_ * filtered_z_ + (1.0f - kappa_) * network_.z();
    filtered_x_ = kappa_ * filtered_x_ + (1.0f - kappa_) * x_;
    rate_ = rate_keep_ * rate_ + (1.0f - rate_keep_) * network_.z();
  }
  phi_.head(n) = filtered_z_.cast<double>();
  if (params_.readout_inputs) phi_.segment(n, channels) = filtered_x_.head(channels).cast<double>();

  output_ = params_.output_leak * last_command_;
  for (Eigen::Index d = 0; d < output_.size(); ++d) output_[d] += readout_weights_.col(d).dot(phi_);
  Vec3 velocity = Vec3::Zero();
  velocity.head(output_.size()) = output_;
  return velocity;
}

void SnnDecoder::Learn(const std::optional<Vec3>& intended_velocity_m_s) noexcept {
  for (int step = 0; step < num_substeps_; ++step) {
    psi_ = psi_of_step_.col(step);
    sources_ = sources_of_step_.col(step);
    traces_.Advance(psi_, sources_);
  }
  if (!intended_velocity_m_s) return;
  error_ = output_ - intended_velocity_m_s->head(output_.size());
  if (params_.learning_rate > 0.0) LearnNetwork();
  LearnReadout();
}

void SnnDecoder::LearnNetwork() noexcept {
  const Eigen::Index n = params_.num_neurons;
  // (1 - kappa): the readout sees (1 - kappa) times the filtered spikes that the traces are made
  // for.
  learning_signal_.setZero();
  for (Eigen::Index d = 0; d < error_.size(); ++d) {
    const float error = (1.0f - kappa_) * static_cast<float>(error_[d]);
    if (params_.feedback == SnnFeedback::kRandom) {
      learning_signal_ += error * random_feedback_.col(d);
    } else {
      learning_signal_ += error * readout_weights_.col(d).head(n).cast<float>();
    }
  }
  const float target = static_cast<float>(params_.target_rate_hz) * substep_s_;
  const float strength = static_cast<float>(params_.rate_regularization) * (1.0f - kappa_);
  learning_signal_.array() += strength * (rate_.array() - target);

  Eigen::MatrixXf& weights = network_.weights();
  const Eigen::MatrixXf& traces = traces_.filtered();
  adam_.BeginUpdate();
  for (Eigen::Index i = 0; i < weights.cols(); ++i) {
    adam_.Descend(i, learning_signal_.array() * traces.col(i).array(), &weights);
  }
  weights.rightCols(n).diagonal().setZero();  // no self-connections
}

void SnnDecoder::LearnReadout() noexcept {
  if (params_.readout == SnnReadout::kRls) {
    rls_.Update(phi_, error_, &readout_weights_);
    return;
  }
  readout_adam_.BeginUpdate();
  for (Eigen::Index d = 0; d < error_.size(); ++d) {
    readout_adam_.Descend(d, error_[d] * phi_.array(), &readout_weights_);
  }
}

void SnnDecoder::OnCommand(const Vec3& velocity_m_s) noexcept {
  last_command_ = velocity_m_s.head(last_command_.size());
}

void SnnDecoder::ResetActivity() noexcept {
  network_.ResetActivity();
  traces_.Reset();
  filtered_z_.setZero();
  filtered_x_.setZero();
  output_.setZero();
  last_command_.setZero();
}

void SnnDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  const auto& snn = static_cast<const SnnDecoder&>(other);
  network_.weights() = snn.network_.weights();
  readout_weights_ = snn.readout_weights_;
}

void SnnDecoder::ForgetEvidence() noexcept {
  adam_.Reset();
  readout_adam_.Reset();
  rls_.Reset();
}

bool SnnDecoder::IsHealthy() const noexcept {
  return network_.weights().allFinite() && readout_weights_.allFinite();
}

std::unique_ptr<Decoder> SnnDecoder::Clone() const { return std::make_unique<SnnDecoder>(*this); }

double SnnDecoder::mean_rate_hz() const {
  return static_cast<double>(rate_.mean()) / static_cast<double>(substep_s_);
}

}  // namespace efferent
