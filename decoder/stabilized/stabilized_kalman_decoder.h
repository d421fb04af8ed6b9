#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "decoder/decoder.h"
#include "decoder/kalman/tuning_statistics.h"
#include "decoder/parameters.h"
#include "decoder/stabilized/alignment.h"
#include "decoder/stabilized/factor_analysis.h"
#include "decoder/stabilized/moments.h"

namespace efferent {

/// Settings of StabilizedKalmanDecoder. decoder/README.md says why the defaults are what they are.
struct StabilizedKalmanParams {
  static constexpr std::string_view kName = "stabilized_kalman";

  int num_latents = 16;                 ///< As many as there are channels, if those are fewer.
  double calibration_s = 60.0;          ///< Labelled time that makes the baseline.
  double half_life_s = 300.0;           ///< Of what latents say about labels, in labelled time.
  double alignment_half_life_s = 60.0;  ///< Of the data that are aligned, in time.
  int num_stable_channels = 0;  ///< Channels that tell the rotation; 0: four fifths of them.
  double min_variance = 0.01;   ///< Floor of a channel's own variance, features squared.
};

template <class Visitor>
void VisitFields(StabilizedKalmanParams& p, Visitor&& visit) {
  visit("num_latents", p.num_latents, Bounds{1, kMaxLatents}, "latents");
  visit("calibration_s", p.calibration_s, Bounds{1.0, 1e5}, "s of labelled data");
  visit("half_life_s", p.half_life_s, Bounds{1.0, 1e6}, "s of labelled data");
  visit("alignment_half_life_s", p.alignment_half_life_s, Bounds{1.0, 1e6}, "s");
  visit("num_stable_channels", p.num_stable_channels, Bounds{0, 4096}, "channels");
  visit("min_variance", p.min_variance, Bounds{1e-9, 1e9}, "features squared");
}

/// Kalman filter on the latents of a factor analysis, which is re-aligned without labels while it is
/// used; Degenhart, Bishop et al., Nat Biomed Eng 4:672-685 (2020), doi 10.1038/s41551-020-0542-9.
///   u[k] = Lambda l[k] + mu + e,   e ~ N(0, diag(psi))     u: num_channels features; l: L latents
///   l^[k] = beta (u[k] - mu),      beta = Lambda' (Lambda Lambda' + Psi)^-1
///   v[k] = A v[k-1] + w,  w ~ N(0, W);   l^[k] = C v[k] + d + q,  q ~ N(0, R), R full
///   v[k] = M1 v[k-1] + M2 u[k] + M0;   M2 = K beta, M1 = (I - K C) A, M0 = -K (d + beta mu)
///
/// Calibration, the first `calibration_s` of labelled bins: Lambda, psi, mu are fitted to these bins
/// (an iteration of FactorAnalysisEm a bin), A, W, C, d, R to their labels and latents. It decodes
/// with what it has so far. At its end Lambda is the baseline.
///
/// From then on, with labels or without: mu and the covariance follow all bins with
/// `alignment_half_life_s`, the factor analysis goes on being fitted to them, and after every 20
/// iterations LoadingAligner turns it into the baseline's latent space, where what was learnt about
/// latents and labels holds. Labels, where there are any, refine that with `half_life_s`.
///
/// Every part of it is spread over bins, some 250,000 multiplications in each, besides the
/// num_channels^2 / 2 of the covariance. Zero velocity before some 50 labels.
class StabilizedKalmanDecoder final : public Decoder {
 public:
  /// @throws InvalidParameters naming each field out of bounds; `num_stable_channels` too if there
  /// are fewer channels than that or it is neither 0 nor as many as latents.
  StabilizedKalmanDecoder(const StabilizedKalmanParams& params, int num_channels,
                          int num_dimensions, TimeNs bin_width_ns);

  std::string_view name() const override { return StabilizedKalmanParams::kName; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void ResetActivity() noexcept override;
  void CopyWeightsFrom(const Decoder& other) noexcept override;
  void ForgetEvidence() noexcept override;
  bool IsHealthy() const noexcept override;
  std::optional<double> weight_norm() const noexcept override;
  void VisitState(StateVisitor& visitor) override;
  std::unique_ptr<Decoder> Clone() const override;

  bool calibrated() const { return weights_.calibrated; }
  std::uint64_t alignment_count() const { return num_alignments_; }
  /// Lambda in the latent space of the baseline, num_channels x L.
  const Eigen::MatrixXd& loadings() const { return weights_.model.loadings; }

 private:
  /// All that decoding depends on.
  struct Weights {
    FactorModel model;            // as last fitted
    Eigen::MatrixXd baseline;     // Lambda of the end of calibration, num_channels x L
    Eigen::MatrixXd gain;         // beta' that is decoded with, num_channels x L
    Eigen::VectorXd mean;         // mu that is decoded with, num_channels
    Eigen::MatrixXd kalman_gain;  // K, D x L
    Eigen::VectorXd offset;       // d, L
    Eigen::MatrixXd m1, m2;       // D x D, D x num_channels
    Eigen::VectorXd m0;           // D
    bool calibrated = false;
  };
  enum class Work { kFactors, kAlignment };

  /// This bin's share of fitting and aligning.
  void Advance() noexcept;
  void AdvanceAlignment() noexcept;
  /// In calibration, at the end of an iteration: latents and what they say about labels.
  void TakeOverLatents() noexcept;
  /// A, W, C, d, R from what is known of latents and labels, and K. False: too little evidence.
  bool FitFilter() noexcept;
  /// M2 and M0 from K, d, beta and mu.
  void UpdateDecoding() noexcept;

  double calibration_bins_, min_variance_, keep_aligning_;
  int num_stable_, columns_per_bin_, drops_per_bin_;
  Weights weights_;

  // Activity.
  Eigen::VectorXd velocity_;  // v[k], D
  Eigen::VectorXd features_;  // u[k], num_channels

  // Evidence.
  Moments moments_;          // of labelled features until calibrated, then of all
  TuningStatistics tuning_;  // of features, until calibrated
  TuningStatistics latent_tuning_;
  Moments latent_moments_;  // of latents of labelled bins
  TuningModel latent_model_;

  // Work in progress.
  FactorAnalysisEm em_;
  LoadingAligner aligner_;
  Work work_ = Work::kFactors;
  bool iteration_begun_ = false;
  int num_iterations_ = 0;  // since the last alignment
  std::uint64_t num_alignments_ = 0;
  Eigen::VectorXd latents_;  // l^[k], L
};

}  // namespace efferent
