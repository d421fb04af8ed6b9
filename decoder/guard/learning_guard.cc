#include "decoder/guard/learning_guard.h"

#include <algorithm>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

// Neurons that fire so much faster than with the last good weights do it because of what was learnt, ...
constexpr double kExplosion = 1.5;
// ... and going back leads well below the bound.
constexpr double kKeptRateShare = 0.75;
// With 1,024 channels a movement drives the network to a third of a spike a bin of 1 ms, and no harm is done; one whose
// neurons all fire is at half a spike.
constexpr double kUsualMaxRateHz = 60.0, kMaxSpikesPerBin = 0.45;

double MaxFiringRateHz(const GuardParams& params, TimeNs bin_width_ns) {
  if (params.max_firing_rate_hz > 0.0) return params.max_firing_rate_hz;
  return std::max(kUsualMaxRateHz, kMaxSpikesPerBin * 1e9 / static_cast<double>(bin_width_ns));
}

}  // namespace

LearningGuard::LearningGuard(const GuardParams& params, int num_channels, TimeNs bin_width_ns)
    : enabled_(params.enabled),
      max_label_speed_m_s_(params.max_label_speed_m_s),
      max_firing_rate_hz_(MaxFiringRateHz(params, bin_width_ns)),
      novelty_(num_channels, bin_width_ns),
      labels_(params, bin_width_ns),
      harm_(params, bin_width_ns) {}

bool LearningGuard::IsPlausible(const TaskVector& label) const noexcept {
  return label.allFinite() &&
         (!enabled_ || max_label_speed_m_s_ == 0.0 || Norm(label) <= max_label_speed_m_s_);
}

bool LearningGuard::RatesExplode(std::optional<double> rate_hz,
                                 std::optional<double> reference_hz) noexcept {
  if (!rate_hz || !reference_hz) return false;
  if (*rate_hz <= max_firing_rate_hz_ || *rate_hz <= kExplosion * *reference_hz) return false;
  reason_ = RollbackReason::kRatesExplode;
  return true;
}

LearningGuard::Verdict LearningGuard::Judge(const TaskVector& decoded, const TaskVector& reference,
                                            const TaskVector& label,
                                            const TaskVector& carried) noexcept {
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

bool LearningGuard::MayKeep(std::optional<double> rate_hz) const {
  if (!enabled_) return true;
  if (rate_hz.value_or(0.0) > kKeptRateShare * max_firing_rate_hz_) return false;
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
  visitor("reason", reason_, RollbackReason::kRatesExplode);
}

}  // namespace efferent
