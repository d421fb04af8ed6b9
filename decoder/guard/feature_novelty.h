#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "decoder/exponential_decay.h"
#include "decoder/types.h"

namespace efferent {

/// How unusual what the neurons do at present is, from features x of num_channels:
///   f <- keep f + (1 - keep) x                         of about the last second
///   usual_i: running mean of f_i^2 over a minute
///   novelty = mean_i min(f_i^2 / usual_i, 25)
/// 1 as long as nothing changes, several times that after channels have been lost or mixed up, or while a
/// subject does what it has not done before. Real-time safe after construction.
class FeatureNovelty {
 public:
  FeatureNovelty(int num_channels, TimeNs bin_width_ns)
      : bin_width_s_(static_cast<double>(bin_width_ns) * 1e-9),
        keep_(static_cast<float>(KeptWithTau(kRecentS, bin_width_ns))),
        recent_(Eigen::ArrayXf::Zero(num_channels)),
        usual_(Eigen::ArrayXf::Zero(num_channels)) {}

  void Observe(const Eigen::VectorXf& features) noexcept {
    recent_ = keep_ * recent_ + (1.0f - keep_) * features.array();
    ++num_bins_;
    const double since_settled_s = static_cast<double>(num_bins_) * bin_width_s_ - 2.0 * kRecentS;
    if (since_settled_s <= 0.0) return;
    // What is judged is not yet part of what is usual.
    if (since_settled_s > kKnownAfterS) {
      constexpr float kLargest = 25.0f, kSmallest = 1e-6f;
      novelty_ =
          static_cast<double>((recent_.square() / (usual_ + kSmallest)).min(kLargest).mean());
    }
    const double gain = std::min(1.0, bin_width_s_ / std::min(since_settled_s, kUsualS));
    usual_ += static_cast<float>(gain) * (recent_.square() - usual_);
  }

  /// 0 for the first ten seconds or so.
  double value() const { return novelty_; }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("recent", recent_);
    visitor("usual", usual_);
    visitor("num_bins", num_bins_);
    visitor("novelty", novelty_);
  }

 private:
  static constexpr double kRecentS = 1.0, kUsualS = 60.0, kKnownAfterS = 8.0;

  double bin_width_s_;
  float keep_;
  Eigen::ArrayXf recent_, usual_;
  std::uint64_t num_bins_ = 0;
  double novelty_ = 0.0;
};

}  // namespace efferent
