#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>

#include "decoder/decoder.h"
#include "decoder/guard/learning_guard.h"

namespace efferent {

class StateVisitor;

/// When what has been learnt takes effect.
enum class LearningEffect {
  kBin,       ///< At the next bin.
  kTrialEnd,  ///< At the end of the trial: trial k is decoded with what trials before k taught
              ///< (trial-wise prequential).
};

/// Settings of a Learner.
struct LearnerParams {
  int num_channels = 0;
  TimeNs bin_width_ns = 0;
  LearningEffect effect = LearningEffect::kBin;
  bool enabled = true;
  GuardParams guard;
};

/// A decoder that drives, and what makes it learn: respond with Decode, then Learn. With
/// LearningEffect::kTrialEnd a twin sees the same features, learns bin by bin, and hands its
/// weights to the driver when the trial stops. A copy with the last good weights decodes along. A result or
/// weight that is not finite, or what LearningGuard finds, rolls back to those and freezes learning.
/// Real-time safe after construction; not thread-safe.
class Learner {
 public:
  /// `decoder` must not be null.
  Learner(std::unique_ptr<Decoder> decoder, const LearnerParams& params);

  /// Where the arm is at the bin that is decoded next; see Decoder::OnPosition.
  void OnPosition(const std::optional<TaskVector>& position_m) noexcept;

  /// Decodes one bin. Nothing if the result was not finite: the decoder was rolled back.
  std::optional<TaskVector> Decode(const Eigen::VectorXf& features) noexcept;

  /// Learns from the bin that was decoded last, if learning is enabled; call it after each Decode,
  /// with a label or without; `carried_m_s`: see LabelGuard. A label that is not plausible counts as
  /// none. Returns whether a label was learnt from.
  bool Learn(std::optional<TaskVector> intended_velocity_m_s,
             const TaskVector& carried_m_s = TaskVector()) noexcept;

  /// What was commanded for the bin that was decoded last, or zero when the arm was stopped; see
  /// Decoder::OnCommand.
  void OnCommand(const TaskVector& velocity_m_s) noexcept;

  void OnTrialStart() noexcept;
  void OnTrialStop() noexcept;
  /// Bins are missing: activity starts anew, weights stay.
  void OnGap() noexcept;

  /// Takes over the weights of another learner's driver, built with the same parameters.
  void CopyWeightsFrom(const Learner& other) noexcept;

  /// Freezes or resumes. Freezing discards nothing: what the twin has learnt takes effect.
  void SetEnabled(bool enabled) noexcept;
  bool enabled() const { return enabled_; }

  const Decoder& decoder() const { return *driver_; }
  std::uint64_t learned_bin_count() const { return learned_bins_; }
  /// Bins with a label, learnt from or not.
  std::uint64_t scored_bin_count() const { return scored_bins_; }
  /// Bins with a label that was not plausible.
  std::uint64_t rejected_label_count() const { return rejected_labels_; }
  /// Times that a result or weight was not finite.
  std::uint64_t rollback_count() const { return rollbacks_; }
  /// Times that the guard had it rolled back, and why the last time.
  std::uint64_t guard_rollback_count() const { return guard_rollbacks_; }
  RollbackReason guard_rollback_reason() const { return guard_.reason(); }
  /// Mean over the last 1,000 labels or so, or those that there were, of |decoded - intended|^2,
  /// (m/s)^2; nothing before the first label.
  std::optional<double> mean_squared_error() const { return mean_squared_error_; }
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  /// The one that learns: the twin if there is one.
  Decoder& student() { return twin_ ? *twin_ : *driver_; }
  void ResetActivity() noexcept;
  /// Of the last good weights, which decode only for the guard.
  void ResetReference() noexcept;
  /// Asks the guard, and takes the label away if it is not to be learnt from. `decoded`: by the student.
  /// False: it was rolled back.
  bool PassesGuard(const TaskVector& decoded, std::optional<TaskVector>* label,
                   const TaskVector& carried_m_s) noexcept;
  /// Keeps the weights if the guard lets them be kept; goes back to those kept last if they are not finite.
  void KeepOrRollBack() noexcept;
  void MakeLastGood(const Decoder& decoder) noexcept;
  void GoBack() noexcept;
  void RollBack() noexcept;

  std::unique_ptr<Decoder> driver_;
  std::unique_ptr<Decoder> twin_;       // null with kBin
  std::unique_ptr<Decoder> last_good_;  // the guard's reference
  LearningGuard guard_;
  // Of the last bin, for the twin, the reference and the guard.
  Eigen::VectorXf features_;
  std::optional<TaskVector> position_m_;
  TaskVector last_output_;
  TaskVector last_command_;
  bool enabled_;
  std::uint64_t learned_bins_ = 0;
  std::uint64_t scored_bins_ = 0;
  std::uint64_t rejected_labels_ = 0;
  std::uint64_t rollbacks_ = 0;
  std::uint64_t guard_rollbacks_ = 0;
  std::optional<double> mean_squared_error_;
};

}  // namespace efferent
