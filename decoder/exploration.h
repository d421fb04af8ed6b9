#pragma once

#include <cmath>
#include <cstdint>

#include "decoder/exponential_decay.h"
#include "decoder/normal_deviates.h"
#include "decoder/types.h"

namespace efferent {

/// A smooth random velocity that is added to commands, so that reward can tell what pays: an
/// Ornstein-Uhlenbeck process in each dimension. Same seed, same velocities. Real-time safe.
class Exploration {
 public:
  /// `speed_m_s`: standard deviation in each dimension; `tau_s`: how long it stays alike.
  Exploration(double speed_m_s, double tau_s, int num_dimensions, TimeNs bin_width_ns,
              std::uint64_t seed)
      : keep_(KeptWithTau(tau_s, bin_width_ns)),
        change_m_s_(speed_m_s * std::sqrt(1.0 - keep_ * keep_)),
        num_dimensions_(num_dimensions),
        deviates_(seed) {}

  /// The velocity of the next bin, m/s.
  const TaskVector& Next() noexcept {
    for (int d = 0; d < num_dimensions_; ++d) {
      velocity_m_s_[d] = keep_ * velocity_m_s_[d] + change_m_s_ * deviates_.Next();
    }
    return velocity_m_s_;
  }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("deviates", deviates_);
    visitor("velocity_m_s", velocity_m_s_);
  }

 private:
  double keep_, change_m_s_;
  int num_dimensions_;
  NormalDeviates deviates_;
  TaskVector velocity_m_s_;
};

}  // namespace efferent
