#pragma once

#include <Eigen/Core>

#include "decoder/parameters.h"
#include "decoder/position_input.h"
#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Settings of FeatureExtractor, and of what else a decoder is told (PositionInput).
struct FeatureParams {
  bool normalize = true;  ///< Subtract the running mean, divide by the running deviation.
  double normalization_tau_s = 60.0;  ///< Time constant of both.
  double min_standard_deviation =
      0.1;  ///< Counts per bin; keeps a silent channel from amplifying its first spike.
  double saturation =
      4.0;  ///< Deviations that no feature passes; 0: unbounded. Only with `normalize`.
  double smoothing_tau_s = 0.0;  ///< Exponential smoother; 0: none.
  PositionInputMode position_input = PositionInputMode::kAuto;
};

template <class Visitor>
void VisitFields(FeatureParams& p, Visitor&& visit) {
  visit("normalize", p.normalize);
  visit("normalization_tau_s", p.normalization_tau_s, Bounds{0.1, 1e6}, "s");
  visit("min_standard_deviation", p.min_standard_deviation, Bounds{1e-6, 1e3}, "counts per bin");
  visit("saturation", p.saturation, Bounds{0.0, 1e3, 0.1}, "standard deviations");
  visit("smoothing_tau_s", p.smoothing_tau_s, Bounds{0.0, 60.0}, "s");
  visit("position_input", p.position_input);
}

/// Counts to decoder inputs: running normalisation, then smoothing.
///   mean += (c - mean) / n;   var += ((c - mean_old)(c - mean) - var) / n
///       n = min(k, tau / w) for bin k of width w: plain statistics up to tau, then exponential
///   u = (c - mean) / max(sqrt(var), min_sd)
///   u <- u / sqrt(1 + (u / saturation)^2)     one wild bin does not outweigh a trial
///   x <- a x + (1 - a) u,  a = exp(-w / smoothing_tau)
/// The statistics used for bin k include bin k. A count moves them no further than one that is
/// max(8 sd, 3 counts) from the mean, once they are of 10 s: an artefact must not be what is usual
/// for the next minute. Real-time safe after construction.
class FeatureExtractor {
 public:
  /// @throws InvalidParameters for a field out of bounds.
  FeatureExtractor(const FeatureParams& params, int num_channels, TimeNs bin_width_ns);

  /// counts: num_channels. Returns the features, num_channels, valid until the next call.
  const Eigen::VectorXf& Extract(const Eigen::VectorXf& counts) noexcept;

  /// Whether 0 is what is usual.
  bool normalizes() const { return params_.normalize; }
  const Eigen::VectorXf& mean() const { return mean_; }
  const Eigen::VectorXf& variance() const { return variance_; }
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  FeatureParams params_;
  double max_samples_;
  double settled_samples_;
  float smoothing_keep_;
  double num_samples_ = 0.0;
  Eigen::VectorXf mean_, variance_, features_;
};

}  // namespace efferent
