#include "clients/arm/arm_model.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include "clients/arm/arm_mjcf.h"

namespace efferent {

namespace {

int IdOf(const mjModel* model, mjtObj type, const char* name) {
  const int id = mj_name2id(model, type, name);
  if (id < 0) throw std::runtime_error(std::string("arm.xml has no ") + name);
  return id;
}

ArmKinematics KinematicsOf(const mjModel* model) {
  const mjtNum* shoulder = model->body_pos + 3 * IdOf(model, mjOBJ_BODY, "upper_arm");
  const mjtNum* elbow = model->body_pos + 3 * IdOf(model, mjOBJ_BODY, "forearm");
  const mjtNum* end_point = model->site_pos + 3 * IdOf(model, mjOBJ_SITE, "end_point");
  return {{shoulder[0], shoulder[1]}, elbow[0], end_point[0]};
}

// MuJoCo's own handlers wait for a key on standard input, and write a file into the working
// directory.
[[noreturn]] void AbortOnError(const char* message) {
  std::fprintf(stderr, "MuJoCo: %s\n", message);
  std::abort();
}
void PrintWarning(const char* message) { std::fprintf(stderr, "MuJoCo: %s\n", message); }

}  // namespace

std::unique_ptr<mjModel, void (*)(mjModel*)> LoadArmMjcf() {
  mju_user_error = &AbortOnError;
  mju_user_warning = &PrintWarning;
  struct VfsDeleter {
    void operator()(mjVFS* vfs) const {
      mj_deleteVFS(vfs);
      delete vfs;
    }
  };
  const std::unique_ptr<mjVFS, VfsDeleter> vfs(new mjVFS);  // 2 MB: not for the stack.
  mj_defaultVFS(vfs.get());
  const auto size = static_cast<int>(std::strlen(kArmMjcf));
  if (mj_makeEmptyFileVFS(vfs.get(), "arm.xml", size) != 0) {
    throw std::runtime_error("MuJoCo has no room for arm.xml");
  }
  std::memcpy(vfs->filedata[mj_findFileVFS(vfs.get(), "arm.xml")], kArmMjcf, size);
  char error[1024] = "";
  mjModel* model = mj_loadXML("arm.xml", vfs.get(), error, sizeof(error));
  if (model == nullptr)
    throw std::runtime_error(std::string("MuJoCo cannot load the arm: ") + error);
  return {model, &mj_deleteModel};
}

ArmModel::ArmModel(const ArmWorkspace& workspace, const ArmServoParams& servo)
    : workspace_(workspace), servo_(servo) {
  if (!workspace.Contains(Eigen::Vector2d::Zero())) {
    throw std::invalid_argument("the arm's workspace must contain the origin");
  }
  model_.reset(LoadArmMjcf().release());
  data_.reset(mj_makeData(model_.get()));
  if (!data_) throw std::runtime_error("MuJoCo has no memory for the arm");
  kinematics_ = KinematicsOf(model_.get());
  step_s_ = model_->opt.timestep;
  step_ns_ = std::llround(step_s_ * 1e9);
  Reset(Eigen::Vector2d::Zero());
}

void ArmModel::Reset(const Eigen::Vector2d& position_m) {
  const Eigen::Vector2d position = workspace_.Clamp(position_m);
  const auto angles = kinematics_.JointAngles(position);
  if (!angles) throw std::invalid_argument("the arm cannot reach that position");
  mj_resetData(model_.get(), data_.get());
  Eigen::Map<Eigen::Vector2d>(data_->qpos) = *angles;
  mj_forward(model_.get(), data_.get());
  reference_ = position;
  command_.setZero();
}

void ArmModel::SetVelocity(const Eigen::Vector2d& velocity_m_s) {
  if (!velocity_m_s.allFinite()) throw std::invalid_argument("the arm's velocity must be finite");
  command_ = velocity_m_s;
}

Eigen::Vector2d ArmModel::JointVelocityCommand() {
  const Eigen::Vector2d position = position_m();
  Eigen::Vector2d v = command_;
  for (int axis = 0; axis < 2; ++axis) {
    v[axis] = SlowAtBounds(v[axis], reference_[axis], workspace_.min_m[axis],
                           workspace_.max_m[axis], servo_.slowing_time_s);
  }
  reference_ = workspace_.Clamp(reference_ + step_s_ * v);
  // Where the arm cannot follow (torque, reach), the reference waits for it instead of running
  // away.
  Eigen::Vector2d error = reference_ - position;
  const double distance = error.norm();
  if (distance > servo_.max_position_error_m) {
    error *= servo_.max_position_error_m / distance;
    reference_ = position + error;
  }
  const Eigen::Vector2d q = joint_angles();
  Eigen::Vector2d dq =
      DampedInverse(kinematics_.Jacobian(q), v + servo_.position_gain_per_s * error);
  for (int joint = 0; joint < 2; ++joint) {
    const mjtNum* range = model_->jnt_range + 2 * joint;
    dq[joint] = SlowAtBounds(dq[joint], q[joint], range[0] + servo_.joint_margin_rad,
                             range[1] - servo_.joint_margin_rad, servo_.slowing_time_s);
  }
  return dq;
}

void ArmModel::Step() noexcept {
  mj_step1(model_.get(), data_.get());
  const Eigen::Vector2d acceleration =
      servo_.velocity_gain_per_s * (JointVelocityCommand() - joint_velocities());
  Eigen::Matrix2d inertia;
  mj_fullM(model_.get(), inertia.data(),
           data_->qM);  // Symmetric: the order of storage is no matter.
  Eigen::Map<Eigen::Vector2d>(data_->ctrl) = inertia * acceleration +
                                             Eigen::Map<Eigen::Vector2d>(data_->qfrc_bias) -
                                             Eigen::Map<Eigen::Vector2d>(data_->qfrc_passive);
  mj_step2(model_.get(), data_.get());
}

Eigen::Vector2d ArmModel::position_m() const { return kinematics_.EndPoint(joint_angles()); }

Eigen::Vector2d ArmModel::velocity_m_s() const {
  return kinematics_.Jacobian(joint_angles()) * joint_velocities();
}

Eigen::Vector2d ArmModel::joint_angles() const {
  return Eigen::Map<const Eigen::Vector2d>(data_->qpos);
}

Eigen::Vector2d ArmModel::joint_velocities() const {
  return Eigen::Map<const Eigen::Vector2d>(data_->qvel);
}

Eigen::Vector2d ArmModel::torque_nm() const {
  return Eigen::Map<const Eigen::Vector2d>(data_->actuator_force);
}

}  // namespace efferent
