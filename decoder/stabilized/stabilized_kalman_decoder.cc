#include "decoder/stabilized/stabilized_kalman_decoder.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <string>

#include "decoder/exponential_decay.h"
#include "decoder/kalman/steady_state.h"
#include "decoder/kalman/velocity_filter.h"
#include "decoder/normal_deviates.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr int kMultiplicationsPerBin = 250'000;
constexpr int kIterationsPerAlignment = 20;
constexpr double kMinBins = 50.0;
constexpr double kRidge = 1.0;           // on what latents say about labels, bins
constexpr double kMinLoading = 0.01;     // of a channel that takes part in the alignment
constexpr std::uint64_t kStartSeed = 1;  // of the loadings that fitting begins with

const StabilizedKalmanParams& Checked(const StabilizedKalmanParams& params, int num_channels) {
  std::vector<Violation> violations = CheckBounds(params, "stabilized_kalman.");
  const int latents = std::min(params.num_latents, num_channels);
  const int stable = params.num_stable_channels;
  if (violations.empty() && stable != 0 && (stable < latents || stable > num_channels)) {
    violations.push_back({"stabilized_kalman.num_stable_channels",
                          "is " + std::to_string(stable) + ", must be in [" +
                              std::to_string(latents) + ", " + std::to_string(num_channels) +
                              "], from num_latents to num_channels, or 0"});
  }
  if (!violations.empty()) throw InvalidParameters(std::move(violations));
  return params;
}

int NumStable(const StabilizedKalmanParams& params, int num_channels, int num_latents) {
  if (params.num_stable_channels > 0) return params.num_stable_channels;
  return std::max(num_latents, 4 * num_channels / 5);
}

FactorModel Start(int num_channels, int num_latents) {
  FactorModel model;
  Eigen::MatrixXf loadings(num_channels, num_latents);
  NormalDeviates(kStartSeed).Fill(1.0f / std::sqrt(static_cast<float>(num_latents)), loadings);
  model.loadings = loadings.cast<double>();
  model.variances = Eigen::VectorXd::Ones(num_channels);
  return model;
}

}  // namespace

StabilizedKalmanDecoder::StabilizedKalmanDecoder(const StabilizedKalmanParams& params,
                                                 int num_channels, int num_dimensions,
                                                 TimeNs bin_width_ns)
    : calibration_bins_(Checked(params, num_channels).calibration_s * 1e9 /
                        static_cast<double>(bin_width_ns)),
      min_variance_(params.min_variance),
      keep_aligning_(KeptWithHalfLife(params.alignment_half_life_s, bin_width_ns)),
      velocity_(Eigen::VectorXd::Zero(num_dimensions)),
      features_(Eigen::VectorXd::Zero(num_channels)),
      moments_(num_channels, 1.0),
      tuning_(num_channels, num_dimensions, 0, 1.0, kRidge),
      latent_tuning_(std::min(params.num_latents, num_channels), num_dimensions, 0,
                     KeptWithHalfLife(params.half_life_s, bin_width_ns), kRidge),
      latent_moments_(std::min(params.num_latents, num_channels),
                      KeptWithHalfLife(params.half_life_s, bin_width_ns)),
      em_(num_channels, std::min(params.num_latents, num_channels)),
      aligner_(num_channels, std::min(params.num_latents, num_channels)) {
  const int latents = std::min(params.num_latents, num_channels);
  num_stable_ = NumStable(params, num_channels, latents);
  columns_per_bin_ = std::max(1, kMultiplicationsPerBin / (num_channels * latents));
  drops_per_bin_ = std::max(1, kMultiplicationsPerBin / (num_channels * latents * latents));

  weights_.model = Start(num_channels, latents);
  weights_.baseline = weights_.gain = Eigen::MatrixXd::Zero(num_channels, latents);
  weights_.mean = Eigen::VectorXd::Zero(num_channels);
  weights_.kalman_gain = Eigen::MatrixXd::Zero(num_dimensions, latents);
  weights_.offset = Eigen::VectorXd::Zero(latents);
  weights_.m1 = Eigen::MatrixXd::Zero(num_dimensions, num_dimensions);
  weights_.m2 = Eigen::MatrixXd::Zero(num_dimensions, num_channels);
  weights_.m0 = Eigen::VectorXd::Zero(num_dimensions);

  latent_model_.c = Eigen::MatrixXd::Zero(latents, num_dimensions);
  latent_model_.d = latent_model_.q = latents_ = Eigen::VectorXd::Zero(latents);
}

TaskVector StabilizedKalmanDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  features_ = features.cast<double>();
  return AdvanceVelocity(weights_.m0, weights_.m1, weights_.m2, features_, &velocity_);
}

void StabilizedKalmanDecoder::Learn(
    const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  if (!weights_.calibrated) {
    if (!intended_velocity_m_s) {
      tuning_.Break();
      return;
    }
    moments_.Add(features_);
    tuning_.Add(intended_velocity_m_s->head(velocity_.size()), SmallVector(0), features_);
    Advance();
    return;
  }
  moments_.Add(features_);
  if (intended_velocity_m_s) {
    for (Eigen::Index l = 0; l < latents_.size(); ++l) {
      latents_[l] = weights_.gain.col(l).dot(features_) - weights_.gain.col(l).dot(weights_.mean);
    }
    latent_moments_.Add(latents_);
    latent_tuning_.Add(intended_velocity_m_s->head(velocity_.size()), SmallVector(0), latents_);
    if (FitFilter()) UpdateDecoding();
  } else {
    latent_tuning_.Break();
  }
  Advance();
}

void StabilizedKalmanDecoder::Advance() noexcept {
  if (moments_.weight() < kMinBins) return;
  if (work_ == Work::kAlignment) {
    AdvanceAlignment();
    return;
  }
  if (!iteration_begun_) em_.Begin(weights_.model);
  iteration_begun_ = true;
  if (!em_.AddColumns(moments_, columns_per_bin_)) return;
  iteration_begun_ = false;

  if (!weights_.calibrated) {
    TakeOverLatents();
    const bool fitted = FitFilter();
    if (fitted) UpdateDecoding();
    if (fitted && tuning_.weight() >= calibration_bins_) {
      weights_.baseline = weights_.model.loadings;
      weights_.calibrated = true;
      moments_.SetKeep(keep_aligning_);
      num_iterations_ = 0;
    }
  }
  em_.Finish(moments_, min_variance_, &weights_.model);
  if (!weights_.calibrated || ++num_iterations_ < kIterationsPerAlignment) return;
  aligner_.Begin(weights_.baseline, weights_.model.loadings, kMinLoading);
  work_ = Work::kAlignment;
}

void StabilizedKalmanDecoder::AdvanceAlignment() noexcept {
  bool done = false;
  for (int drop = 0; drop < drops_per_bin_ && !done; ++drop) {
    done = aligner_.Advance(weights_.baseline, weights_.model.loadings, num_stable_);
  }
  if (!done) return;
  work_ = Work::kFactors;
  num_iterations_ = 0;
  // Fewer channels than latents say nothing about some of the rotation.
  if (aligner_.num_left() < weights_.gain.cols()) return;

  Eigen::MatrixXd& loadings = weights_.model.loadings;
  for (Eigen::Index row = 0; row < loadings.rows(); ++row) {
    const LatentVector turned = aligner_.rotation().lazyProduct(loadings.row(row).transpose());
    loadings.row(row) = turned.transpose();
  }
  em_.Begin(weights_.model);
  iteration_begun_ = true;
  weights_.gain = em_.gain();
  weights_.mean = moments_.mean();
  ++num_alignments_;
  UpdateDecoding();
}

void StabilizedKalmanDecoder::TakeOverLatents() noexcept {
  weights_.gain = em_.gain();
  weights_.mean = moments_.mean();
  const LatentMatrix covariance = em_.LatentCovariance();
  latents_.setZero();
  latent_moments_.Set(moments_.weight(), latents_, covariance);
  latents_ = moments_.weight() * covariance.diagonal();
  tuning_.Project(weights_.gain, weights_.mean, latents_, &latent_tuning_);
}

bool StabilizedKalmanDecoder::FitFilter() noexcept {
  if (latent_moments_.weight() < kMinBins || !latent_tuning_.Fit(&latent_model_)) return false;
  const Eigen::Index latents = latents_.size();
  const Eigen::Index n = velocity_.size();
  const SmallMatrix labels = latent_tuning_.LabelCovariance();
  // R = cov(l) - C cov(v) C', which is what is left of the latents after the labels.
  LatentMatrix noise(latents, latents);
  for (Eigen::Index j = 0; j < latents; ++j) {
    noise.col(j).tail(latents - j) = latent_moments_.ColumnBelow(j);
    for (Eigen::Index i = j; i < latents; ++i) {
      const SmallVector explained = labels * latent_model_.c.row(j).transpose();
      noise(i, j) -= latent_model_.c.row(i).dot(explained);
      noise(j, i) = noise(i, j);
    }
  }
  noise.diagonal().array() += 1e-6 * noise.trace() / static_cast<double>(latents) + 1e-12;
  const Eigen::LLT<LatentMatrix> factor(noise);
  if (factor.info() != Eigen::Success) return false;

  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxLatents, 7> weighted =
      factor.solve(Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxLatents, 7>(
          latent_model_.c));  // R^-1 C
  const SmallMatrix information = latent_model_.c.transpose().lazyProduct(weighted);
  const SmallMatrix covariance =
      SteadyStateCovariance(latent_model_.a, latent_model_.w, information, &weights_.m1);
  for (Eigen::Index d = 0; d < n; ++d) {
    for (Eigen::Index l = 0; l < latents; ++l) {
      weights_.kalman_gain(d, l) = covariance.row(d).dot(weighted.row(l));
    }
  }
  weights_.offset = latent_model_.d;
  return true;
}

void StabilizedKalmanDecoder::UpdateDecoding() noexcept {
  for (Eigen::Index d = 0; d < velocity_.size(); ++d) {
    weights_.m2.row(d).setZero();
    for (Eigen::Index l = 0; l < latents_.size(); ++l) {
      weights_.m2.row(d) += weights_.kalman_gain(d, l) * weights_.gain.col(l).transpose();
    }
    weights_.m0[d] =
        -weights_.kalman_gain.row(d).dot(weights_.offset) - weights_.m2.row(d).dot(weights_.mean);
  }
}

void StabilizedKalmanDecoder::ResetActivity() noexcept {
  velocity_.setZero();
  tuning_.StartAtRest();
  latent_tuning_.StartAtRest();
}

void StabilizedKalmanDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  weights_ = static_cast<const StabilizedKalmanDecoder&>(other).weights_;
}

void StabilizedKalmanDecoder::ForgetEvidence() noexcept {
  moments_.Clear();
  moments_.SetKeep(weights_.calibrated ? keep_aligning_ : 1.0);
  tuning_.Clear();
  latent_tuning_.Clear();
  latent_moments_.Clear();
  work_ = Work::kFactors;
  iteration_begun_ = false;
  num_iterations_ = 0;
}

bool StabilizedKalmanDecoder::IsHealthy() const noexcept {
  return weights_.m1.allFinite() && weights_.m2.allFinite() && weights_.m0.allFinite() &&
         weights_.model.loadings.allFinite() && weights_.model.variances.allFinite();
}

std::optional<double> StabilizedKalmanDecoder::weight_norm() const noexcept {
  return std::hypot(weights_.m1.norm(), weights_.m2.norm(), weights_.m0.norm());
}

std::unique_ptr<Decoder> StabilizedKalmanDecoder::Clone() const {
  return std::make_unique<StabilizedKalmanDecoder>(*this);
}

void StabilizedKalmanDecoder::VisitState(StateVisitor& visitor) {
  visitor("loadings", weights_.model.loadings);
  visitor("variances", weights_.model.variances);
  visitor("baseline", weights_.baseline);
  visitor("gain", weights_.gain);
  visitor("mean", weights_.mean);
  visitor("kalman_gain", weights_.kalman_gain);
  visitor("offset", weights_.offset);
  visitor("m1", weights_.m1);
  visitor("m2", weights_.m2);
  visitor("m0", weights_.m0);
  visitor("calibrated", weights_.calibrated);
  visitor("velocity", velocity_);
  visitor("moments", moments_);
  visitor("tuning", tuning_);
  visitor("latent_tuning", latent_tuning_);
  visitor("latent_moments", latent_moments_);
  visitor("em", em_);
  visitor("aligner", aligner_);
  visitor("work", work_, Work::kAlignment);
  visitor("iteration_begun", iteration_begun_);
  visitor("num_iterations", num_iterations_);
  visitor("num_alignments", num_alignments_);
}

}  // namespace efferent
