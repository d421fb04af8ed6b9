#pragma once

#include <Eigen/Core>
#include <memory>
#include <optional>
#include <string_view>

#include "decoder/decoder.h"
#include "decoder/kalman/tuning_statistics.h"
#include "decoder/parameters.h"

namespace efferent {

/// Settings of RefitKalmanDecoder. decoder/README.md says why the defaults are what they are.
struct RefitKalmanParams {
  static constexpr std::string_view kName = "refit_kalman";

  double batch_length_s = 30.0;  ///< Labelled time between two updates.
  double half_life_s = 120.0;    ///< Of the parameters, in labelled time.
  double ridge = 1.0;            ///< On the tuning coefficients.
};

template <class Visitor>
void VisitFields(RefitKalmanParams& p, Visitor&& visit) {
  visit("batch_length_s", p.batch_length_s, Bounds{1.0, 1e5}, "s of labelled data");
  visit("half_life_s", p.half_life_s, Bounds{1.0, 1e6}, "s of labelled data");
  visit("ridge", p.ridge, Bounds{0.0, 1e6}, "labelled bins");
}

/// ReFIT Kalman filter (Gilja et al., Nat Neurosci 15:1752-1757, 2012), steady-state gain. The state
/// is position and velocity, D dimensions each:
///   p[k] = p[k-1] + bin v[k-1]
///   v[k] = A v[k-1] + w,                  w ~ N(0, W)    v: D x 1, m/s
///   u[k] = C v[k] + B p[k] + d + q,       q ~ N(0, Q)    u: num_channels x 1, features; Q diagonal
/// The subject sees where the arm is, so p counts as known: its uncertainty is zero, what it explains
/// is subtracted from the observation, and the rest is a velocity filter
///   v[k] = M1 v[k-1] + M2 (u[k] - B p[k]) + M0           see SteadyStateGains
/// While the position is unknown it counts as where the arm was on average.
///
/// The labels are the re-estimated intention (IntentionParams::rule has ReFIT's own). Parameters
/// change in batches (SmoothBatch; Orsborn et al., IEEE TNSRE 20:468-477, 2012), and what is blended
/// are the sufficient statistics of the labels, with a half-life, and not the parameters that fit each
/// batch: a batch says as much about each parameter as it has evidence for (Dangi et al., Neural
/// Comput 26:1811-1839, 2014), also one with a single target or an arm that does not move yet.
/// The first batch ends after 3 s, or batch_length if that is less, and each later one may be as long
/// as all before it, so that there is something to decode with early. Before the first batch ends it
/// puts out zero velocity.
class RefitKalmanDecoder final : public Decoder {
 public:
  /// @throws InvalidParameters naming each field out of bounds.
  RefitKalmanDecoder(const RefitKalmanParams& params, int num_channels, int num_dimensions,
                     TimeNs bin_width_ns);

  std::string_view name() const override { return RefitKalmanParams::kName; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override;
  void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept override;
  void OnPosition(const std::optional<TaskVector>& position_m) noexcept override;
  void ResetActivity() noexcept override;
  void CopyWeightsFrom(const Decoder& other) noexcept override;
  void ForgetEvidence() noexcept override;
  bool IsHealthy() const noexcept override;
  std::optional<double> weight_norm() const noexcept override;
  void VisitState(StateVisitor& visitor) override;
  std::unique_ptr<Decoder> Clone() const override;

  const TuningModel& model() const { return weights_.model; }
  std::uint64_t batch_count() const { return num_batches_; }

 private:
  /// All that decoding depends on.
  struct Weights {
    TuningModel model;
    Eigen::MatrixXd m1;            // D x D
    Eigen::MatrixXd m2;            // D x num_channels
    SmallVector typical_position;  // D, m
  };

  void EndBatch() noexcept;

  double bins_per_batch_, first_batch_bins_;
  Weights weights_;

  // Activity.
  Eigen::VectorXd velocity_;               // v[k], D
  Eigen::VectorXd features_, innovation_;  // num_channels
  std::optional<SmallVector> position_;    // p[k], D

  // Evidence.
  TuningStatistics statistics_;
  double bins_in_batch_ = 0.0;  // labelled bins since the last batch ended
  double num_learned_ = 0.0;    // labelled bins of all batches that have ended
  std::uint64_t num_batches_ = 0;
};

}  // namespace efferent
