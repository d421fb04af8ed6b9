#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "decoder/parameters.h"
#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Settings of InputGuard.
struct InputGuardParams {
  bool enabled = true;
  /// Share of what the population usually does that may be missing at once.
  double max_lost_share = 0.95;
  /// Share of the channels that may be far above what is usual for them in the same bin.
  double max_wild_share = 0.5;
};

template <class Visitor>
void VisitFields(InputGuardParams& p, Visitor&& visit) {
  visit("enabled", p.enabled);
  visit("max_lost_share", p.max_lost_share, Bounds{0.5, 0.999}, "");
  visit("max_wild_share", p.max_wild_share, Bounds{0.1, 1.0}, "");
}

/// What a bin looks like.
enum class InputVerdict : std::uint8_t {
  kPlausible,
  kSilent,     ///< Nearly all of the population is silent, or does not change.
  kSaturated,  ///< Many channels are far above what is usual for them.
  kAlike,      ///< Nearly all channels are above what is usual for them in the same bin.
};

/// Whether the recorded counts can be those of neurons, from counts c of num_channels. Usual is what a
/// channel did over the last minute:
///   m_i, v_i    mean and variance; a count moves them no further than max(8 sd, 3 counts) does
///   q_i         share of bins in which c_i differs from the bin before
/// A bin is saturated if c_i > m_i + max(5 sd_i, 2.5) for more than `max_wild_share` of the channels, and
/// alike if c_i > m_i + max(2 sd_i, 0.5) for 90 % of them: neurons do not do so together.
/// The population is silent if far fewer channels change than usual (Page, Biometrika 41, 1954):
///   s <- max(0, s + (r0 - r1) sum_i q_i - ln(r0 / r1) (channels that changed))     r1 = r0 / 5
/// is above 12, r0 being what may remain, 1 - max_lost_share, plus a tenth of it.
/// A single channel is masked that has not changed for 10 s in which 300 changes were usual, until it
/// changes; or that was saturated in most bins of the last second, until it is not.
/// Says nothing for the first 10 s, and about populations of fewer than 8 channels; learns nothing
/// from a bin that is not plausible. Real-time safe after construction.
class InputGuard {
 public:
  /// @throws InvalidParameters for a field out of bounds.
  InputGuard(const InputGuardParams& params, int num_channels, TimeNs bin_width_ns);

  bool enabled() const { return params_.enabled; }
  /// Judges a bin, counts per bin.
  InputVerdict Judge(const Eigen::VectorXf& counts) noexcept;

  /// Of the last bin.
  InputVerdict verdict() const { return verdict_; }
  /// 1 for a channel that is masked, else 0.
  const Eigen::ArrayXf& masked() const { return masked_; }
  bool masks_any() const { return num_masked_ > 0; }
  std::uint32_t masked_count() const { return static_cast<std::uint32_t>(num_masked_); }
  /// Channels that have been masked at any time.
  std::uint32_t ever_masked_count() const { return static_cast<std::uint32_t>(ever_masked_.sum()); }
  /// Counts per bin that are usual.
  const Eigen::ArrayXf& mean() const { return mean_; }

  /// Bins are missing: what comes next does not follow on what was.
  void OnGap() noexcept { knows_previous_ = false; }
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  InputVerdict JudgePopulation(float num_changed) noexcept;
  void Mask() noexcept;
  void Learn() noexcept;

  InputGuardParams params_;
  float bin_width_s_;
  float wild_keep_;
  double max_samples_;
  double num_samples_ = 0.0;
  double silence_ = 0.0;  // s
  bool knows_previous_ = false;
  InputVerdict verdict_ = InputVerdict::kPlausible;
  Eigen::ArrayXf mean_, variance_, change_share_;  // m, v, q
  Eigen::ArrayXf previous_;
  Eigen::ArrayXf still_bins_;  // since it changed
  Eigen::ArrayXf wildness_;    // share of the last second's bins
  Eigen::ArrayXf masked_, ever_masked_;
  Eigen::Index num_masked_ = 0;
  // Scratch, of the bin that is judged.
  Eigen::ArrayXf deviation_, above_, changed_;
};

}  // namespace efferent
