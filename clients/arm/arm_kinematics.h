#pragma once

#include <Eigen/Core>
#include <optional>

namespace efferent {

/// Geometry of a planar arm with two links.
///   p(q) = s + l1 [cos q1, sin q1] + l2 [cos(q1 + q2), sin(q1 + q2)]
/// with q1 the shoulder's angle from +x and q2 > 0 the elbow's flexion (a right arm: the elbow lies
/// to the right of the line from shoulder to hand), radians, metres.
struct ArmKinematics {
  Eigen::Vector2d shoulder_m = Eigen::Vector2d::Zero();
  double upper_arm_m = 0.0;
  double forearm_m = 0.0;

  Eigen::Vector2d EndPoint(const Eigen::Vector2d& q) const;

  /// dp/dq, 2 x 2, metres per radian.
  Eigen::Matrix2d Jacobian(const Eigen::Vector2d& q) const;

  /// Joint angles that put the end point at `position_m`; nothing if it is out of reach.
  std::optional<Eigen::Vector2d> JointAngles(const Eigen::Vector2d& position_m) const;
};

/// Joint velocities for an end-point velocity: damped least squares,
///   dq = J' (J J' + lambda^2 I)^-1 v,   lambda^2 = lambda_max^2 (1 - w / w0)^2 for w = |det J| <
///   w0, else 0,
/// exact away from singularities and bounded at them. Nakamura and Hanafusa, J Dyn Sys Meas Control
/// 108 (1986). `v_m_s`: m/s; result rad/s.
Eigen::Vector2d DampedInverse(const Eigen::Matrix2d& jacobian, const Eigen::Vector2d& v_m_s);

}  // namespace efferent
