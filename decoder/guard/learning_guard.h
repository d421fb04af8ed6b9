#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>

#include "decoder/guard/feature_novelty.h"
#include "decoder/guard/guard_params.h"
#include "decoder/guard/harm_guard.h"
#include "decoder/guard/label_guard.h"
#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Why the guard had learning rolled back.
enum class RollbackReason : std::uint8_t {
  kNone,
  kLabelsContradict,  ///< Labels turned against a decoder that they agreed with; see LabelGuard.
  kLearningHarms,     ///< Learning made it worse than the last good weights; see HarmGuard.
  kRatesExplode,      ///< Learning made its neurons fire faster than they may.
};

/// Decides, label by label, whether to learn from it, to wait, or to go back to the last good weights.
/// Real-time safe after construction.
class LearningGuard {
 public:
  enum class Verdict { kLearn, kWait, kRollBack };

  LearningGuard(const GuardParams& params, int num_channels, TimeNs bin_width_ns);

  bool enabled() const { return enabled_; }
  /// Whether a label is one that can be meant: finite, and not too fast.
  bool IsPlausible(const TaskVector& label) const noexcept;

  /// Features of a bin that may be learnt from, num_channels; before Judge or NoLabel.
  void Observe(const Eigen::VectorXf& features) noexcept { novelty_.Observe(features); }
  /// Whether learning has driven the decoder's own neurons past GuardParams::max_firing_rate_hz, and
  /// half as far again as the same input drives those of the reference. See Decoder::firing_rate_hz.
  bool RatesExplode(std::optional<double> rate_hz, std::optional<double> reference_hz) noexcept;
  /// `decoded`, and what `reference` would have said, for the label; `carried`: see LabelGuard. m/s.
  Verdict Judge(const TaskVector& decoded, const TaskVector& reference, const TaskVector& label,
                const TaskVector& carried) noexcept;
  void NoLabel() noexcept { labels_.NoLabel(); }

  /// Whether the weights of now, which have neurons fire at this rate, may become the last good ones.
  bool MayKeep(std::optional<double> rate_hz) const;
  /// They have.
  void OnKept() noexcept;
  /// Labels are not in doubt.
  bool is_calm() const { return labels_.is_calm(); }

  RollbackReason reason() const { return reason_; }

  /// Other weights, or learning begins: everything is to be proven anew.
  void Reset() noexcept;
  void VisitState(StateVisitor& visitor);

 private:
  bool enabled_;
  double max_label_speed_m_s_;
  double max_firing_rate_hz_;
  FeatureNovelty novelty_;
  LabelGuard labels_;
  HarmGuard harm_;
  bool reference_is_proven_ = false;  // agreed with the labels when it was kept
  RollbackReason reason_ = RollbackReason::kNone;
};

}  // namespace efferent
