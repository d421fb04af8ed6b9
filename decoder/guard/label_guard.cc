#include "decoder/guard/label_guard.h"

#include <algorithm>
#include <cmath>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

// Of labelled time, for the running means.
constexpr double kTauS = 10.0;
constexpr double kProvenAfterS = 20.0;
constexpr std::uint64_t kProvenAfterLabels = 100;
constexpr double kTrustedAgreement = 0.4;
// One label that contradicts fully is 1; no single one may decide.
constexpr double kWaitBeyond = 4.0;
constexpr double kLargestAgreement = 3.0;
constexpr double kNovel = 2.5;
// Over the window, as a share of what agreement was.
constexpr double kContradiction = -0.75;
// Waiting ends although there are no labels.
constexpr double kLongestWaitWindows = 4.0;

}  // namespace

LabelGuard::LabelGuard(const GuardParams& params, TimeNs bin_width_ns)
    : bin_width_s_(static_cast<double>(bin_width_ns) * 1e-9),
      window_labels_(NumLabels(params.contradiction_s, bin_width_ns)),
      longest_wait_bins_(
          static_cast<std::uint64_t>(kLongestWaitWindows * static_cast<double>(window_labels_))) {}

bool LabelGuard::trusts() const {
  return num_labels_ >= kProvenAfterLabels &&
         static_cast<double>(num_labels_) * bin_width_s_ >= kProvenAfterS &&
         agreement_ > kTrustedAgreement;
}

bool LabelGuard::is_calm() const { return !waits_ && against_ < 0.5 * kWaitBeyond; }

double LabelGuard::Follow(const TaskVector& said, const TaskVector& asked) noexcept {
  // While it waits, what is usual stays what it was.
  if (!waits_) ++num_labels_;
  const double gain = waits_ ? 0.0
                             : std::max(std::min(1.0, bin_width_s_ / kTauS),
                                        1.0 / static_cast<double>(num_labels_));
  decoded_power_ += gain * (SquaredNorm(said) - decoded_power_);
  label_power_ += gain * (SquaredNorm(asked) - label_power_);
  const double power = std::sqrt(decoded_power_ * label_power_);
  const double g = power > 0.0
                       ? std::clamp(Dot(said, asked) / power, -kLargestAgreement, kLargestAgreement)
                       : 0.0;
  agreement_ += gain * (g - agreement_);
  return g;
}

LabelGuard::Verdict LabelGuard::Judge(const TaskVector& decoded, const TaskVector& label,
                                      const TaskVector& carried, double novelty) noexcept {
  const double g = Follow(decoded - carried, label - carried);
  if (!waits_ && !trusts()) {
    against_ = 0.0;
    return Verdict::kLearn;
  }
  against_ = std::max(0.0, against_ - g);
  if (!waits_) {
    if (against_ <= kWaitBeyond) return Verdict::kLearn;
    waits_ = true;
  }
  ++waited_labels_;
  ++waited_bins_;
  waited_agreement_ += g;
  if (against_ == 0.0) {
    Resume();
    return Verdict::kLearn;
  }
  if (novelty > kNovel) {
    Reset();
    return Verdict::kLearn;
  }
  if (waited_labels_ < window_labels_) return Verdict::kWait;
  const bool contradicts =
      waited_agreement_ < kContradiction * agreement_ * static_cast<double>(waited_labels_);
  Resume();
  return contradicts ? Verdict::kContradicts : Verdict::kLearn;
}

void LabelGuard::NoLabel() noexcept {
  if (waits_ && ++waited_bins_ > longest_wait_bins_) Resume();
}

void LabelGuard::Resume() noexcept {
  waits_ = false;
  against_ = 0.0;
  waited_labels_ = waited_bins_ = 0;
  waited_agreement_ = 0.0;
}

void LabelGuard::Reset() noexcept {
  Resume();
  num_labels_ = 0;
  decoded_power_ = label_power_ = agreement_ = 0.0;
}

void LabelGuard::VisitState(StateVisitor& visitor) {
  visitor("num_labels", num_labels_);
  visitor("decoded_power", decoded_power_);
  visitor("label_power", label_power_);
  visitor("agreement", agreement_);
  visitor("against", against_);
  visitor("waits", waits_);
  visitor("waited_labels", waited_labels_);
  visitor("waited_bins", waited_bins_);
  visitor("waited_agreement", waited_agreement_);
}

}  // namespace efferent
