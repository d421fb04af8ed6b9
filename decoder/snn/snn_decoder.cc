#include "decoder/snn/snn_decoder.h"

#include <algorithm>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/normal_deviates.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr double kLongestSubstepS = 0.012;
constexpr double kRateTauS = 1.0;
// Running mean over some 1,000 labels.
constexpr double kPowerGain = 0.001;
constexpr double kSmallestPower = 1e-12;  // (m/s)^2
// Membranes then vary by about the threshold, and rates start near 20 Hz, whatever the number of
// channels.
constexpr float kInputGain = 1.5f;
constexpr float kRecurrentGain = 1.0f;

/// The step of a label. Weights are made in proportion to (1 - alpha), and shorter bins bring more labels: below 10 ms both would make
/// learning faster than it was tuned for, by a factor of 80 at 1 ms, and the rates explode.
double LearningRate(const SnnParams& params, TimeNs bin_width_ns) {
  constexpr double kShortestS = 0.01;
  const double bin_width_s = static_cast<double>(bin_width_ns) * 1e-9;
  if (bin_width_s >= kShortestS) return params.learning_rate;
  const double weights =
      std::expm1(-bin_width_s / params.tau_m_s) / std::expm1(-kShortestS / params.tau_m_s);
  return params.learning_rate * weights * bin_width_s / kShortestS;
}

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

int NumFeatures(const SnnParams& params, int num_channels) {
  return params.num_neurons + (params.readout_inputs ? num_channels : 0) + 1;
}

ReadoutMixtureParams MixtureParams(const SnnParams& params) {
  ReadoutMixtureParams mixture;
  mixture.num_memories = params.readout == SnnReadout::kMixture ? params.mixture_memories : 0;
  mixture.slowest_half_life_s = params.mixture_slowest_half_life_s;
  mixture.half_life_ratio = params.mixture_half_life_ratio;
  mixture.ridge = params.rls_ridge;
  mixture.score_tau_s = params.mixture_score_tau_s;
  mixture.temperature = params.mixture_temperature;
  mixture.redundancy_s = params.label_redundancy_s;
  mixture.output_filter_tau_s = params.output_filter_tau_s;
  return mixture;
}

}  // namespace

SnnDecoder::SnnDecoder(const SnnParams& params, int num_channels, int num_dimensions,
                       TimeNs bin_width_ns, const kernels::Kernels& kernels)
    : params_(RequireWithinBounds(params, "snn.")),
      num_substeps_(NumSubsteps(params, bin_width_ns)),
      substep_s_(static_cast<float>(static_cast<double>(bin_width_ns) * 1e-9 / num_substeps_)),
      kappa_(static_cast<float>(std::exp(-substep_s_ / params.tau_out_s))),
      rate_keep_(static_cast<float>(std::exp(-substep_s_ / kRateTauS))),
      network_(NetworkParams(params, num_channels, substep_s_), kInputGain, kRecurrentGain,
               params.seed, kernels),
      mixture_(MixtureParams(params), NumFeatures(params, num_channels),
               params.readout_inputs ? num_channels + 1 : 0, num_dimensions, bin_width_ns, kernels),
      posture_(num_dimensions, KeptWithHalfLife(params.mixture_slowest_half_life_s, bin_width_ns)),
      population_activity_(bin_width_ns),
      activity_(num_channels + 1, params.num_neurons, num_substeps_),
      traces_(network_.params(), kappa_, num_substeps_, kernels),
      adam_(network_.weights().rows(), network_.weights().cols(),
            LearningRate(params, bin_width_ns)),
      readout_adam_(0, 0, 0.0),
      rls_(0, params.rls_forgetting, params.rls_ridge) {
  const int n = params.num_neurons;
  const int inputs = num_channels + 1;
  const int features = NumFeatures(params, num_channels);

  if (!mixes()) readout_weights_ = Eigen::MatrixXd::Zero(features, num_dimensions);
  if (params.readout == SnnReadout::kRls) {
    rls_ = RecursiveLeastSquares(features, params.rls_forgetting, params.rls_ridge, kernels);
  } else if (params.readout == SnnReadout::kGradient) {
    readout_adam_ = Adam<double>(features, num_dimensions, LearningRate(params, bin_width_ns));
  }
  if (params.feedback == SnnFeedback::kRandom) {
    random_feedback_.resize(n, num_dimensions);
    NormalDeviates(params.seed + 1).Fill(1.0f / std::sqrt(static_cast<float>(n)), random_feedback_);
  }

  filtered_z_ = rate_ = learning_signal_ = Eigen::VectorXf::Zero(n);
  filtered_x_ = Eigen::VectorXf::Zero(inputs);
  phi_ = Eigen::VectorXd::Zero(features);
  output_ = last_command_ = carried_ = label_ = intended_ = error_ =
      Eigen::VectorXd::Zero(num_dimensions);
}

TaskVector SnnDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  const Eigen::Index channels = features.size();
  const Eigen::Index n = params_.num_neurons;
  auto x = activity_.x.view();
  x.head(channels) = features;
  const double population_activity = population_activity_.Follow(features);
  x[channels] = static_cast<float>(population_activity);
  phi_[phi_.size() - 1] = population_activity;
  network_.SetInput(x);
  for (int step = 0; step < num_substeps_; ++step) {
    activity_.spikes.view().col(step) = network_.z();
    network_.Advance();
    activity_.psi.view().col(step) = network_.psi();
    filtered_z_ = kappa_ * filtered_z_ + (1.0f - kappa_) * network_.z();
    filtered_x_ = kappa_ * filtered_x_ + (1.0f - kappa_) * x;
    rate_ = rate_keep_ * rate_ + (1.0f - rate_keep_) * network_.z();
  }
  phi_.head(n) = filtered_z_.cast<double>();
  if (params_.readout_inputs) phi_.segment(n, channels) = filtered_x_.head(channels).cast<double>();

  carried_ = params_.output_leak * last_command_;
  output_ = carried_;
  if (mixes()) {
    if (posture_.was_known()) mixture_.SetPosture(posture_.Gains());
    output_ += mixture_.Respond(phi_);
  }
  for (Eigen::Index d = 0; d < readout_weights_.cols(); ++d) {
    output_[d] += network_.kernels().Dot(readout_weights_.col(d).data(), phi_.data(),
                                         static_cast<std::size_t>(phi_.size()));
  }
  return ToTaskVector(output_);
}

void SnnDecoder::Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  if (!intended_velocity_m_s) {
    traces_.Advance(activity_);
    if (mixes()) mixture_.LearnNothing();
    return;
  }
  label_ = intended_velocity_m_s->head(output_.size());
  intended_ = label_ - carried_;
  if (mixes()) {
    error_ = mixture_.SlowOutput() - intended_;
  } else {
    error_ = output_ - label_;
  }
  const double power = std::max(intended_.squaredNorm(), kSmallestPower);
  intended_power_ =
      intended_power_ > 0.0 ? intended_power_ + kPowerGain * (power - intended_power_) : power;
  LearnNetwork();
  LearnReadout();
}

void SnnDecoder::LearnNetwork() noexcept {
  if (params_.learning_rate == 0.0) return traces_.Advance(activity_);
  const Eigen::Index n = params_.num_neurons;
  // (1 - kappa): the readout sees (1 - kappa) times the filtered spikes that the traces are made
  // for. In units of what is to be said, so that homeostasis weighs the same whatever the speeds.
  const double scale = (1.0 - kappa_) / intended_power_;
  learning_signal_.setZero();
  for (Eigen::Index d = 0; d < error_.size(); ++d) {
    const float error = static_cast<float>(scale * error_[d]);
    if (params_.feedback == SnnFeedback::kRandom) {
      learning_signal_ += error * random_feedback_.col(d);
    } else {
      learning_signal_ += error * readout_weights().col(d).head(n).cast<float>();
    }
  }
  const float target = static_cast<float>(params_.target_rate_hz) * substep_s_;
  const float strength = static_cast<float>(params_.rate_regularization) * (1.0f - kappa_);
  learning_signal_.array() += strength * (rate_.array() - target);

  traces_.AdvanceAndDescend(activity_, learning_signal_, &adam_, &network_.padded_weights());
  network_.weights().rightCols(n).diagonal().setZero();  // no self-connections
}

void SnnDecoder::LearnReadout() noexcept {
  posture_.Learn();
  if (mixes()) return mixture_.Learn(intended_, label_, intended_power_);
  if (params_.readout == SnnReadout::kRls) {
    rls_.Update(phi_, error_, 1.0, &readout_weights_);
    return;
  }
  readout_adam_.BeginUpdate();
  for (Eigen::Index d = 0; d < error_.size(); ++d) {
    readout_adam_.Descend(d, error_[d] * phi_.array(), &readout_weights_);
  }
}

void SnnDecoder::OnCommand(const TaskVector& velocity_m_s) noexcept {
  last_command_ = velocity_m_s.head(last_command_.size());
}

void SnnDecoder::ResetActivity() noexcept {
  network_.ResetActivity();
  traces_.Reset();
  filtered_z_.setZero();
  filtered_x_.setZero();
  output_.setZero();
  last_command_.setZero();
  mixture_.OnTrialStart();
  posture_.OnPosition(std::nullopt);
}

void SnnDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  const auto& snn = static_cast<const SnnDecoder&>(other);
  network_.weights() = snn.network_.weights();
  readout_weights_ = snn.readout_weights_;
  population_activity_ = snn.population_activity_;
  rate_ = snn.rate_;  // homeostasis goes on from what these weights have made of the neurons
  mixture_.CopyWeightsFrom(snn.mixture_);
  posture_.CopyWeightsFrom(snn.posture_);
}

void SnnDecoder::ForgetEvidence() noexcept {
  adam_.Reset();
  readout_adam_.Reset();
  rls_.Reset();
  mixture_.ForgetEvidence();
}

bool SnnDecoder::IsHealthy() const noexcept {
  return network_.weights().allFinite() && readout_weights_.allFinite() && mixture_.IsHealthy() &&
         posture_.IsHealthy();
}

std::unique_ptr<Decoder> SnnDecoder::Clone() const { return std::make_unique<SnnDecoder>(*this); }

std::optional<double> SnnDecoder::firing_rate_hz() const noexcept {
  return static_cast<double>(rate_.mean()) / static_cast<double>(substep_s_);
}

std::optional<double> SnnDecoder::weight_norm() const noexcept {
  const double network = static_cast<double>(network_.weights().norm());
  return std::hypot(network, mixes() ? mixture_.weight_norm() : readout_weights_.norm());
}

void SnnDecoder::VisitState(StateVisitor& visitor) {
  visitor("network", network_);
  visitor("readout_weights", readout_weights_);
  visitor("mixture", mixture_);
  visitor("posture", posture_);
  visitor("population_activity", population_activity_);
  visitor("filtered_z", filtered_z_);
  visitor("filtered_x", filtered_x_);
  visitor("rate", rate_);
  visitor("last_command", last_command_);
  visitor("traces", traces_);
  visitor("adam", adam_);
  visitor("readout_adam", readout_adam_);
  visitor("rls", rls_);
  visitor("intended_power", intended_power_);
}

}  // namespace efferent
