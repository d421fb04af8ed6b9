#pragma once

#include <Eigen/Core>
#include <algorithm>

namespace efferent {

/// A smooth straight reach from rest to rest,
///   p(t) = a + (b - a) (10 u^3 - 15 u^4 + 6 u^5),  u = t / T in [0, 1]
/// Flash and Hogan, J Neurosci 5 (1985). Peak speed is 1.875 |b - a| / T.
struct MinimumJerk {
  Eigen::Vector2d from_m = Eigen::Vector2d::Zero();
  Eigen::Vector2d to_m = Eigen::Vector2d::Zero();
  double duration_s = 1.0;

  Eigen::Vector2d Position(double t_s) const {
    const double u = std::clamp(t_s / duration_s, 0.0, 1.0);
    return from_m + u * u * u * (10.0 + u * (6.0 * u - 15.0)) * (to_m - from_m);
  }
  Eigen::Vector2d Velocity(double t_s) const {
    const double u = std::clamp(t_s / duration_s, 0.0, 1.0);
    return 30.0 * u * u * (1.0 - u) * (1.0 - u) / duration_s * (to_m - from_m);
  }
};

}  // namespace efferent
