#pragma once

#include <deque>

#include "clients/subject/observation.h"

namespace efferent::subject {

/// Plant that a user believes to be steering: first order, as decoders with an output leak behave.
struct PlantParams {
  double tau_s = 0.1;            ///< Time constant; alpha = exp(-w / tau_s).
  double full_speed_m_s = 0.25;  ///< beta: speed at full control, |u| = 1.
};

/// alpha for a bin of this width: share of the velocity that is kept over it.
double KeptVelocity(const PlantParams& params, TimeNs bin_width_ns);

/// Velocity of the plant after a bin with control `control`, m/s: alpha v + beta (1 - alpha) u.
Vec3 Follow(const PlantParams& params, const Vec3& control, const Vec3& velocity_m_s,
            TimeNs bin_width_ns);

/// Predicts where the arm is now from where it was seen, and from what has been asked of it since:
///   v <- alpha v + beta (1 - alpha) u,  p <- p + w v     once for each bin of width w, u: the
///   control of that bin
/// Remembers controls for as long as the delay.
class ForwardModel {
 public:
  /// @throws std::invalid_argument unless tau, full speed and bin width are > 0 and the delay is >=
  /// 0.
  ForwardModel(const PlantParams& params, TimeNs bin_width_ns, TimeNs delay_ns);

  /// State now, that is at the start of the bin whose control is about to be chosen. `seen`: state
  /// at its own time.
  Observation Predict(TimeNs now_ns, const Observation& seen) const;

  /// The control chosen for the bin that starts now; its prediction needs it from the next bin on.
  void Remember(const Vec3& control);

  /// Nothing has been asked for yet.
  void Clear() { controls_.clear(); }

 private:
  PlantParams params_;
  TimeNs bin_width_ns_;
  std::size_t num_remembered_;
  std::deque<Vec3> controls_;  // oldest first, the last is that of the previous bin
};

}  // namespace efferent::subject
