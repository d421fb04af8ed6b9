#pragma once

#include <Eigen/Core>
#include <memory>
#include <optional>
#include <string_view>

#include "decoder/decoder.h"
#include "decoder/kalman/tuning_statistics.h"
#include "decoder/parameters.h"

namespace efferent {

/// Steady state of a velocity Kalman filter, D dimensions:
///   v[k] = M1 v[k-1] + M2 u[k] + M0,  v[-1] = initial
struct KalmanGains {
  Eigen::MatrixXd m1;       ///< D x D.
  Eigen::MatrixXd m2;       ///< D x num_channels, (m/s) per unit of feature.
  Eigen::VectorXd m0;       ///< D, m/s.
  Eigen::VectorXd initial;  ///< D, m/s: velocity before the first bin of each trial.
};

/// Settings of KalmanDecoder.
struct KalmanParams {
  static constexpr std::string_view kName = "kalman";

  std::optional<KalmanGains> gains;  ///< Given: decoded with these, nothing is learnt.
  double half_life_s = 300.0;        ///< Of the statistics that are fitted, in labelled time.
  double ridge = 1.0;                ///< On the tuning coefficients.
};

template <class Visitor>
void VisitFields(KalmanParams& p, Visitor&& visit) {
  visit("half_life_s", p.half_life_s, Bounds{1.0, 1e6}, "s of labelled data");
  visit("ridge", p.ridge, Bounds{0.0, 1e6}, "labelled bins");
}

/// Velocity Kalman filter with steady-state gain, after Wu et al., Neural Comput 18:80-118 (2006),
/// eq. 2-6.
///   v[k] = A v[k-1] + w,       w ~ N(0, W)    v: D x 1, m/s
///   u[k] = C v[k] + d + q,     q ~ N(0, Q)    u: num_channels x 1, features; Q diagonal
/// In steady state v[k] = M1 v[k-1] + M2 u[k] + M0, with P the posterior covariance:
///   P = ((A P A' + W)^-1 + C' Q^-1 C)^-1     D x D
///   K = P C' Q^-1;   M1 = (I - K C) A;   M2 = K;   M0 = -K d
/// In this information form a fit costs num_channels x D^2 and no channel-sized inverse. (Wu et al.
/// fit a full Q; a diagonal one needs far fewer labels and can be fitted at every bin.) A, W, C, d,
/// Q are fitted to the labels as they come, with exponential forgetting. Before the first labels,
/// and where the evidence is too thin to invert, M1 = M2 = M0 = 0: it puts out zero velocity.
class KalmanDecoder final : public Decoder {
 public:
  /// @throws InvalidParameters naming each field out of bounds and each matrix of the wrong shape
  /// or not finite.
  KalmanDecoder(const KalmanParams& params, int num_channels, int num_dimensions,
                TimeNs bin_width_ns);

  std::string_view name() const override { return KalmanParams::kName; }
  bool learns() const noexcept override { return !fixed_; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void ResetActivity() noexcept override;
  void CopyWeightsFrom(const Decoder& other) noexcept override;
  void ForgetEvidence() noexcept override;
  bool IsHealthy() const noexcept override;
  std::optional<double> weight_norm() const noexcept override;
  void VisitState(StateVisitor& visitor) override;
  std::unique_ptr<Decoder> Clone() const override;

  /// Sets v[k-1], D, m/s: an arm that was moved by something else.
  void SetVelocity(const Eigen::VectorXd& velocity_m_s) { velocity_ = velocity_m_s; }
  const KalmanGains& gains() const { return gains_; }

 private:
  /// Steady-state gains of the model that the statistics describe.
  void Fit() noexcept;

  bool fixed_;
  KalmanGains gains_;
  TuningStatistics statistics_;
  Eigen::VectorXd velocity_;  // v[k], D
  Eigen::VectorXd features_;  // u[k], num_channels
  TuningModel model_;
};

}  // namespace efferent
