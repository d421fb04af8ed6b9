#include "decoder/guard/learning_guard.h"

#include "decoder/state_visitor.h"

namespace efferent {

LearningGuard::LearningGuard(const GuardParams& params, int num_channels, TimeNs bin_width_ns)
    : enabled_(params.enabled),
      max_label_speed_m_s_(params.max_label_speed_m_s),
      novelty_(num_channels, bin_width_ns),
      labels_(params, bin_width_ns),
      harm_(params, bin_width_ns) {}

bool LearningGuard::IsPlausible(const Vec3& label) const noexcept {
  return label.allFinite() &&
         (!enabled_ || max_label_speed_m_s_ == 0.0 || label.norm() <= max_label_speed_m_s_);
}

LearningGuard::Verdict LearningGuard::Judge(const Vec3& decoded, const Vec3& reference,
                                            const Vec3& label, const Vec3& carried) noexcept {
  if (!reference.allFinite()) return Verdict::kLearn;  // nothing to go back to
  switch (labels_.Judge(reference, label, carried, novelty_.value())) {
    case LabelGuard::Verdict::kLearn:
      break;
    case LabelGuard::Verdict::kWait:
      return Verdict::kWait;
    case LabelGuard::Verdict::kContradicts:
      reason_ = RollbackReason::kLabelsContradict;
      return Verdict::kRollBack;
  }
  // A reference that has itself become bad protects nothing.
  if (!reference_is_proven_ || !labels_.trusts()) return Verdict::kLearn;
  harm_.Compare(decoded, reference, label, labels_.label_power());
  if (!harm_.is_proven()) return Verdict::kLearn;
  reason_ = RollbackReason::kLearningHarms;
  return Verdict::kRollBack;
}

bool LearningGuard::MayKeep() const {
  if (!enabled_) return true;
  if (!labels_.is_calm()) return false;
  return !reference_is_proven_ || (harm_.is_settled() && harm_.is_no_worse());
}

void LearningGuard::OnKept() noexcept {
  reference_is_proven_ = labels_.trusts();
  harm_.Reset();
}

void LearningGuard::Reset() noexcept {
  labels_.Reset();
  harm_.Reset();
  reference_is_proven_ = false;
}

void LearningGuard::VisitState(StateVisitor& visitor) {
  visitor("novelty", novelty_);
  visitor("labels", labels_);
  visitor("harm", harm_);
  visitor("reference_is_proven", reference_is_proven_);
  visitor("reason", reason_, RollbackReason::kLearningHarms);
}

}  // namespace efferent
