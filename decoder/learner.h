#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>

#include "decoder/decoder.h"

namespace efferent {

class StateVisitor;

/// When what has been learnt takes effect.
enum class LearningEffect {
  kBin,       ///< At the next bin.
  kTrialEnd,  ///< At the end of the trial: trial k is decoded with what trials before k taught
              ///< (trial-wise prequential).
};

/// A decoder that drives, and what makes it learn: respond with Decode, then Learn. With
/// LearningEffect::kTrialEnd a twin sees the same features, learns bin by bin, and hands its
/// weights to the driver when the trial stops. A copy of the last good weights is kept: a result or
/// weight that is not finite rolls back to it and freezes learning. Real-time safe after
/// construction; not thread-safe.
class Learner {
 public:
  /// `decoder` must not be null; features have `num_channels` elements.
  Learner(std::unique_ptr<Decoder> decoder, int num_channels, LearningEffect effect, bool enabled);

  /// Where the arm is at the bin that is decoded next; see Decoder::OnPosition.
  void OnPosition(const std::optional<Vec3>& position_m) noexcept;

  /// Decodes one bin. Nothing if the result was not finite: the decoder was rolled back.
  std::optional<Vec3> Decode(const Eigen::VectorXf& features) noexcept;

  /// Learns from the bin that was decoded last, if learning is enabled; call it after each Decode,
  /// with a label or without. Returns whether a label was learnt from.
  bool Learn(const std::optional<Vec3>& intended_velocity_m_s) noexcept;

  /// What was commanded for the bin that was decoded last, or zero when the arm was stopped; see
  /// Decoder::OnCommand.
  void OnCommand(const Vec3& velocity_m_s) noexcept;

  void OnTrialStart() noexcept;
  void OnTrialStop() noexcept;
  /// Bins are missing: activity starts anew, weights stay.
  void OnGap() noexcept;

  /// Keeps the weights as the last good ones, or goes back to those if they are not finite, as at the
  /// end of a trial.
  void Keep() noexcept;

  /// Takes over the weights of another learner's driver, built with the same parameters.
  void CopyWeightsFrom(const Learner& other) noexcept;

  /// Freezes or resumes. Freezing discards nothing: what the twin has learnt takes effect.
  void SetEnabled(bool enabled) noexcept;
  bool enabled() const { return enabled_; }

  const Decoder& decoder() const { return *driver_; }
  std::uint64_t learned_bin_count() const { return learned_bins_; }
  /// Bins with a label, learnt from or not.
  std::uint64_t scored_bin_count() const { return scored_bins_; }
  std::uint64_t rollback_count() const { return rollbacks_; }
  /// Mean over the last 1,000 labels or so, or those that there were, of |decoded - intended|^2,
  /// (m/s)^2; nothing before the first label.
  std::optional<double> mean_squared_error() const { return mean_squared_error_; }
  /// Fields of the state; see StateVisitor. After loading, the last good weights are those.
  void VisitState(StateVisitor& visitor);

 private:
  /// The one that learns: the twin if there is one.
  Decoder& student() { return twin_ ? *twin_ : *driver_; }
  void ResetActivity() noexcept;
  /// Keeps the weights if they are finite, else goes back to those kept last.
  void KeepOrRollBack() noexcept;
  void RollBack() noexcept;

  std::unique_ptr<Decoder> driver_;
  std::unique_ptr<Decoder> twin_;  // null with kBin
  std::unique_ptr<Decoder> last_good_;
  Eigen::VectorXf features_;        // of the last bin, for the twin
  std::optional<Vec3> position_m_;  // of the last bin, for the twin
  Vec3 last_output_ = Vec3::Zero();
  Vec3 last_command_ = Vec3::Zero();  // for the twin
  bool enabled_;
  std::uint64_t learned_bins_ = 0;
  std::uint64_t scored_bins_ = 0;
  std::uint64_t rollbacks_ = 0;
  std::optional<double> mean_squared_error_;
};

}  // namespace efferent
