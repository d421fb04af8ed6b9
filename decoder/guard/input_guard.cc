#include "decoder/guard/input_guard.h"

#include <algorithm>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr double kUsualTauS = 60.0;
constexpr double kKnownAfterS = 10.0;
constexpr Eigen::Index kFewestChannels = 8;

constexpr float kFarSigmas = 5.0f, kFarCounts = 2.5f;
constexpr float kAboveSigmas = 2.0f, kAboveCounts = 0.5f;
constexpr float kAlikeShare = 0.9f;
constexpr float kClipSigmas = 8.0f, kClipCounts = 3.0f;

constexpr double kSilenceBeyond = 12.0;
constexpr double kSilentShare = 0.2;  // of what may remain

constexpr float kDeadAfterS = 10.0f, kDeadAfterChanges = 300.0f;
constexpr double kWildTauS = 1.0;
constexpr float kWild = 0.5f, kTame = 0.1f;

}  // namespace

InputGuard::InputGuard(const InputGuardParams& params, int num_channels, TimeNs bin_width_ns)
    : params_(RequireWithinBounds(params, "input_guard.")),
      bin_width_s_(static_cast<float>(bin_width_ns) * 1e-9f),
      wild_keep_(static_cast<float>(KeptWithTau(kWildTauS, bin_width_ns))),
      max_samples_(std::max(1.0, kUsualTauS * 1e9 / static_cast<double>(bin_width_ns))) {
  for (Eigen::ArrayXf* array :
       {&mean_, &variance_, &change_share_, &previous_, &still_bins_, &wildness_, &masked_,
        &ever_masked_, &deviation_, &above_, &changed_}) {
    *array = Eigen::ArrayXf::Zero(num_channels);
  }
}

InputVerdict InputGuard::Judge(const Eigen::VectorXf& counts) noexcept {
  if (!params_.enabled) return verdict_;
  changed_ = (counts.array() != previous_).cast<float>();
  if (!knows_previous_) changed_ = change_share_;  // as usual
  previous_ = counts.array();
  knows_previous_ = true;
  still_bins_ = (changed_ > 0.0f).select(0.0f, still_bins_ + 1.0f);
  deviation_ = variance_.max(0.0f).sqrt();
  above_ = counts.array() - mean_;
  verdict_ = InputVerdict::kPlausible;
  if (num_samples_ * static_cast<double>(bin_width_s_) >= kKnownAfterS) {
    verdict_ = JudgePopulation(changed_.sum());
    if (verdict_ == InputVerdict::kPlausible) Mask();
  }
  if (verdict_ == InputVerdict::kPlausible) Learn();
  return verdict_;
}

InputVerdict InputGuard::JudgePopulation(float num_changed) noexcept {
  const Eigen::Index size = mean_.size();
  if (size < kFewestChannels) return InputVerdict::kPlausible;
  const auto share_above = [&](float sigmas, float counts) {
    return (above_ > (sigmas * deviation_).max(counts)).cast<float>().sum() /
           static_cast<float>(size);
  };
  if (share_above(kFarSigmas, kFarCounts) > static_cast<float>(params_.max_wild_share)) {
    return InputVerdict::kSaturated;
  }
  if (share_above(kAboveSigmas, kAboveCounts) >= kAlikeShare) return InputVerdict::kAlike;
  const double may_remain = 1.1 * (1.0 - params_.max_lost_share);
  const double rises_by =
      (1.0 - kSilentShare) * may_remain * static_cast<double>(change_share_.sum());
  const double falls_by = -std::log(kSilentShare) * static_cast<double>(num_changed);
  // Bounded, so that it is over soon when the population is back.
  silence_ = std::clamp(silence_ + rises_by - falls_by, 0.0, 2.0 * kSilenceBeyond);
  return silence_ > kSilenceBeyond ? InputVerdict::kSilent : InputVerdict::kPlausible;
}

void InputGuard::Mask() noexcept {
  wildness_ =
      wild_keep_ * wildness_ +
      (1.0f - wild_keep_) * (above_ > (kFarSigmas * deviation_).max(kFarCounts)).cast<float>();
  const auto dead =
      still_bins_ * bin_width_s_ >= kDeadAfterS && still_bins_ * change_share_ >= kDeadAfterChanges;
  const auto wild =
      wildness_ > (masked_ > 0.0f).select(kTame, Eigen::ArrayXf::Constant(masked_.size(), kWild));
  masked_ = (dead || wild).cast<float>();
  ever_masked_ = ever_masked_.max(masked_);
  num_masked_ = static_cast<Eigen::Index>(masked_.sum());
}

void InputGuard::Learn() noexcept {
  num_samples_ = std::min(num_samples_ + 1.0, max_samples_);
  const auto gain = static_cast<float>(1.0 / num_samples_);
  const bool is_settled = num_samples_ * static_cast<double>(bin_width_s_) >= kKnownAfterS;
  if (is_settled) {
    const auto bound = (kClipSigmas * deviation_).max(kClipCounts);
    above_ = above_.min(bound).max(-bound);
  }
  mean_ += gain * above_;
  variance_ += gain * ((1.0f - gain) * above_.square() - variance_);
  // What is usual of a channel that is masked stays what it was.
  change_share_ += gain * (1.0f - masked_) * (changed_ - change_share_);
}

void InputGuard::VisitState(StateVisitor& visitor) {
  if (!params_.enabled) return;
  visitor("num_samples", num_samples_);
  visitor("silence", silence_);
  visitor("knows_previous", knows_previous_);
  visitor("verdict", verdict_, InputVerdict::kAlike);
  visitor("mean", mean_);
  visitor("variance", variance_);
  visitor("change_share", change_share_);
  visitor("previous", previous_);
  visitor("still_bins", still_bins_);
  visitor("wildness", wildness_);
  visitor("masked", masked_);
  visitor("ever_masked", ever_masked_);
  num_masked_ = static_cast<Eigen::Index>(masked_.sum());
}

}  // namespace efferent
