#include "decoder/feature_extractor.h"

#include <algorithm>
#include <cmath>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

// Neurons do not go further, even those that fire once a minute.
constexpr float kClipSigmas = 8.0f, kClipCounts = 3.0f;
constexpr double kSettledAfterS = 10.0;

}  // namespace

FeatureExtractor::FeatureExtractor(const FeatureParams& params, int num_channels,
                                   TimeNs bin_width_ns)
    : params_(params) {
  RequireWithinBounds(params, "features.");
  const double bin_width_s = static_cast<double>(bin_width_ns) * 1e-9;
  max_samples_ = std::max(1.0, params.normalization_tau_s / bin_width_s);
  settled_samples_ = std::min(max_samples_, kSettledAfterS / bin_width_s);
  smoothing_keep_ = params.smoothing_tau_s > 0.0
                        ? static_cast<float>(std::exp(-bin_width_s / params.smoothing_tau_s))
                        : 0.0f;
  mean_ = Eigen::VectorXf::Zero(num_channels);
  variance_ = Eigen::VectorXf::Zero(num_channels);
  features_ = Eigen::VectorXf::Zero(num_channels);
}

const Eigen::VectorXf& FeatureExtractor::Extract(const Eigen::VectorXf& counts) noexcept {
  const float keep = smoothing_keep_;
  if (!params_.normalize) {
    features_.array() = keep * features_.array() + (1.0f - keep) * counts.array();
    return features_;
  }
  num_samples_ = std::min(num_samples_ + 1.0, max_samples_);
  const float weight = static_cast<float>(1.0 / num_samples_);
  // 1 / saturation^2
  const float steepness = params_.saturation > 0.0
                              ? static_cast<float>(1.0 / (params_.saturation * params_.saturation))
                              : 0.0f;
  const float min_sd = static_cast<float>(params_.min_standard_deviation);
  const bool is_settled = num_samples_ >= settled_samples_;
  for (Eigen::Index i = 0; i < counts.size(); ++i) {
    float count = counts[i];
    if (is_settled) {
      const float bound =
          std::max(kClipSigmas * std::sqrt(std::max(variance_[i], 0.0f)), kClipCounts);
      count = std::clamp(count, mean_[i] - bound, mean_[i] + bound);
    }
    const float before = count - mean_[i];
    mean_[i] += weight * before;
    variance_[i] += weight * (before * (count - mean_[i]) - variance_[i]);
    const float after = counts[i] - mean_[i];
    float normalized = after / std::max(std::sqrt(std::max(variance_[i], 0.0f)), min_sd);
    normalized /= std::sqrt(1.0f + normalized * normalized * steepness);
    features_[i] = keep * features_[i] + (1.0f - keep) * normalized;
  }
  return features_;
}

void FeatureExtractor::VisitState(StateVisitor& visitor) {
  visitor("num_samples", num_samples_);
  visitor("mean", mean_);
  visitor("variance", variance_);
  visitor("features", features_);
}

}  // namespace efferent
