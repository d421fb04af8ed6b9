#pragma once

#include <Eigen/Core>
#include <algorithm>

namespace efferent {

/// Where the end point may be: a rectangle in the plane of the task, metres.
struct ArmWorkspace {
  Eigen::Vector2d min_m{-0.15, -0.15};
  Eigen::Vector2d max_m{0.15, 0.15};

  Eigen::Vector2d Clamp(const Eigen::Vector2d& p) const {
    return p.cwiseMax(min_m).cwiseMin(max_m);
  }
  bool Contains(const Eigen::Vector2d& p) const {
    return (p.array() >= min_m.array()).all() && (p.array() <= max_m.array()).all();
  }
};

/// The part of `rate` that does not run into a bound: towards a bound at distance d it is at most
/// d / tau, so the bound is approached exponentially and never crossed. `value`, `min`, `max` in
/// one unit, `rate` in that unit per second.
inline double SlowAtBounds(double rate, double value, double min, double max, double tau_s) {
  return std::clamp(rate, std::min(0.0, (min - value) / tau_s),
                    std::max(0.0, (max - value) / tau_s));
}

}  // namespace efferent
