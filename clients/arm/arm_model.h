#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <cstdint>
#include <memory>

#include "clients/arm/arm_kinematics.h"
#include "clients/arm/workspace.h"

namespace efferent {

/// How the servo follows a velocity command. The defaults are for steps of 1 ms: the end point
/// takes on a new velocity with a time constant of 1 / velocity_gain_per_s.
struct ArmServoParams {
  double velocity_gain_per_s = 400.0;  ///< Acceleration per velocity error.
  double position_gain_per_s =
      60.0;  ///< Velocity per position error; <= velocity_gain / 4 is overdamped.
  double slowing_time_s = 0.03;  ///< tau of SlowAtBounds at the edges of workspace and joints.
  double max_position_error_m = 0.01;  ///< The reference never runs further ahead of the arm.
  double joint_margin_rad = 0.02;      ///< Kept from the joints' ends.
};

/// A two-link planar arm in MuJoCo (clients/arm/arm.xml), driven by torques.
///
/// Each step, with p the end point, q the joint angles, v the commanded velocity:
///   p_ref += v dt, within the workspace                  the path asked for; v = 0: hold where it
///   is dq*    = J^+(q) (v + k_p (p_ref - p))                J^+: DampedInverse; slowed at the
///   joints' ends torque = M(q) k_v (dq* - dq) + c(q, dq)              computed torque; clipped at
///   the motors' limits
/// Positions therefore follow the integral of the command without drift. Deterministic. Not
/// thread-safe.
class ArmModel {
 public:
  /// The end point starts at rest at the origin.
  /// @throws std::invalid_argument if the workspace is empty or the origin is outside of it.
  /// @throws std::runtime_error if MuJoCo cannot load the arm.
  explicit ArmModel(const ArmWorkspace& workspace = {}, const ArmServoParams& servo = {});

  /// At rest at `position_m` (moved into the workspace), at once; the command is zero.
  /// @throws std::invalid_argument if the arm cannot reach there.
  void Reset(const Eigen::Vector2d& position_m);

  /// End-point velocity to follow from the next step on, m/s.
  /// @throws std::invalid_argument if it is not finite.
  void SetVelocity(const Eigen::Vector2d& velocity_m_s);

  /// Advances by step_ns(). Neither allocates nor throws.
  void Step() noexcept;

  /// End point, m and m/s, in the frame of the task.
  Eigen::Vector2d position_m() const;
  Eigen::Vector2d velocity_m_s() const;
  Eigen::Vector2d joint_angles() const;  ///< Shoulder and elbow, rad.
  Eigen::Vector2d torque_nm() const;     ///< Of the last step.

  std::int64_t step_ns() const { return step_ns_; }
  const ArmWorkspace& workspace() const { return workspace_; }
  const ArmKinematics& kinematics() const { return kinematics_; }
  const mjModel& mujoco_model() const { return *model_; }

 private:
  struct Deleter {
    void operator()(mjModel* model) const { mj_deleteModel(model); }
    void operator()(mjData* data) const { mj_deleteData(data); }
  };

  Eigen::Vector2d joint_velocities() const;
  Eigen::Vector2d JointVelocityCommand();

  ArmWorkspace workspace_;
  ArmServoParams servo_;
  std::unique_ptr<mjModel, Deleter> model_;
  std::unique_ptr<mjData, Deleter> data_;
  ArmKinematics kinematics_;
  std::int64_t step_ns_ = 0;
  double step_s_ = 0.0;
  Eigen::Vector2d command_ = Eigen::Vector2d::Zero();
  Eigen::Vector2d reference_ = Eigen::Vector2d::Zero();
};

/// clients/arm/arm.xml, compiled by MuJoCo.
/// @throws std::runtime_error with MuJoCo's message.
std::unique_ptr<mjModel, void (*)(mjModel*)> LoadArmMjcf();

}  // namespace efferent
