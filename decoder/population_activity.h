#pragma once

#include <Eigen/Core>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/types.h"

namespace efferent {

/// How active the population has been as a whole, -1 to 1, from features x of num_channels:
///   s <- keep s + (1 - keep) sum_i x_i / sqrt(num_channels)      keep = exp(-bin / 3 s)
///   a = s / sqrt(1 + s^2)
/// The last input of `snn`, where textbooks have a constant 1. Rates cannot be negative,
/// so neurons that say different things rise and fall together, and their running mean is not what
/// they do while a subject reaches well: that has to be taken off what is decoded. A constant would do
/// so too, but it learns the mean label as well, for which no neuron is needed: all silent, it makes
/// the arm drift, and onto targets that lie there. This says nothing where nothing is heard, and is
/// bounded, since of neurons that have just been lost the running mean is all wrong.
/// It goes on over trials, which are shorter, and is copied with the weights, so that a decoder that
/// is rolled back has one that is finite. Real-time safe.
class PopulationActivity {
 public:
  explicit PopulationActivity(TimeNs bin_width_ns) : keep_(KeptWithTau(kTauS, bin_width_ns)) {}

  /// a, with the features of one more bin.
  double Follow(const Eigen::VectorXf& features) noexcept {
    const double sum = static_cast<double>(features.sum());
    sum_ = keep_ * sum_ + (1.0 - keep_) * sum / std::sqrt(static_cast<double>(features.size()));
    return sum_ / std::sqrt(1.0 + sum_ * sum_);
  }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("sum", sum_);
  }

 private:
  static constexpr double kTauS = 3.0;

  double keep_;
  double sum_ = 0.0;  // s
};

}  // namespace efferent
