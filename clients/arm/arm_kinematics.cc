#include "clients/arm/arm_kinematics.h"

#include <Eigen/LU>
#include <cmath>

namespace efferent {

namespace {

// w = l1 l2 |sin q2|: 0.099 m^2 at a right angle, 0.02 m^2 at 12 degrees from straight.
constexpr double kSingularDeterminant = 0.02;
constexpr double kMaxDampingM = 0.05;

}  // namespace

Eigen::Vector2d ArmKinematics::EndPoint(const Eigen::Vector2d& q) const {
  const double a = q[0];
  const double b = q[0] + q[1];
  return shoulder_m + Eigen::Vector2d(upper_arm_m * std::cos(a) + forearm_m * std::cos(b),
                                      upper_arm_m * std::sin(a) + forearm_m * std::sin(b));
}

Eigen::Matrix2d ArmKinematics::Jacobian(const Eigen::Vector2d& q) const {
  const double a = q[0];
  const double b = q[0] + q[1];
  Eigen::Matrix2d jacobian;
  jacobian.col(1) << -forearm_m * std::sin(b), forearm_m * std::cos(b);
  jacobian.col(0) << -upper_arm_m * std::sin(a), upper_arm_m * std::cos(a);
  jacobian.col(0) += jacobian.col(1);
  return jacobian;
}

std::optional<Eigen::Vector2d> ArmKinematics::JointAngles(const Eigen::Vector2d& position_m) const {
  const Eigen::Vector2d reach = position_m - shoulder_m;
  const double cos_elbow =
      (reach.squaredNorm() - upper_arm_m * upper_arm_m - forearm_m * forearm_m) /
      (2.0 * upper_arm_m * forearm_m);
  if (!(std::abs(cos_elbow) <= 1.0)) return std::nullopt;
  const double elbow = std::acos(cos_elbow);
  const double shoulder =
      std::atan2(reach.y(), reach.x()) -
      std::atan2(forearm_m * std::sin(elbow), upper_arm_m + forearm_m * cos_elbow);
  return Eigen::Vector2d(shoulder, elbow);
}

Eigen::Vector2d DampedInverse(const Eigen::Matrix2d& jacobian, const Eigen::Vector2d& v_m_s) {
  const double w = std::abs(jacobian.determinant());
  if (w >= kSingularDeterminant) return jacobian.inverse() * v_m_s;
  const double lambda = kMaxDampingM * (1.0 - w / kSingularDeterminant);
  const Eigen::Matrix2d gram =
      jacobian * jacobian.transpose() + lambda * lambda * Eigen::Matrix2d::Identity();
  return jacobian.transpose() * (gram.inverse() * v_m_s);
}

}  // namespace efferent
