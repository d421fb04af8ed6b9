#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <optional>

#include "decoder/types.h"

namespace efferent {

/// The arm's posture, as far as the hand's position says it, for gain fields (ReadoutMixture):
///   g = h / sqrt(1 + (h / 4)^2),   h = (p - mean p) / arm length          D, elementwise
/// The unit is the arm's and not the task's: in a small workspace posture hardly changes, and a decoder
/// should not look for what is not there. Wild positions are bounded. Real-time safe after construction.
class ArmPosture {
 public:
  /// Upper arm and forearm of a person (clients/subject/posture.h has the same arm).
  static constexpr double kArmLengthM = 0.65;

  /// `keep`: share of the mean that a labelled bin leaves, in the long run.
  ArmPosture(int num_dimensions, double keep)
      : max_samples_(1.0 / (1.0 - keep)),
        mean_m_(Eigen::VectorXd::Zero(num_dimensions)),
        position_m_(mean_m_),
        gains_(mean_m_) {}

  /// Where the hand is in the bins that follow. Unknown, or not finite: as where it usually is.
  void OnPosition(const std::optional<TaskVector>& position_m) noexcept {
    is_known_ = position_m && position_m->allFinite();
    if (is_known_) position_m_ = position_m->head(mean_m_.size());
    was_known_ = was_known_ || is_known_;
  }

  /// Whether a position was ever known.
  bool was_known() const { return was_known_; }

  /// g; valid until the next call. Zero before the first label, when nothing is usual.
  const Eigen::VectorXd& Gains() noexcept {
    if (!is_known_ || num_samples_ == 0.0) {
      gains_.setZero();
      return gains_;
    }
    gains_ = (position_m_ - mean_m_) / kArmLengthM;
    gains_.array() /= (1.0 + (gains_.array() / kSaturation).square()).sqrt();
    return gains_;
  }

  /// The last bin was labelled: its position adds to what is usual.
  void Learn() noexcept {
    if (!is_known_) return;
    num_samples_ = std::min(num_samples_ + 1.0, max_samples_);
    mean_m_ += (position_m_ - mean_m_) / num_samples_;
  }

  void CopyWeightsFrom(const ArmPosture& other) noexcept {
    mean_m_ = other.mean_m_;
    num_samples_ = other.num_samples_;
  }
  bool IsHealthy() const noexcept { return mean_m_.allFinite(); }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("num_samples", num_samples_);
    visitor("is_known", is_known_);
    visitor("was_known", was_known_);
    visitor("mean_m", mean_m_);
    visitor("position_m", position_m_);
  }

 private:
  static constexpr double kSaturation = 4.0;

  double max_samples_;
  double num_samples_ = 0.0;
  bool is_known_ = false, was_known_ = false;
  Eigen::VectorXd mean_m_, position_m_, gains_;  // D
};

}  // namespace efferent
