#include "clients/arm/arm_rig.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace efferent {

namespace {

// The task knows space; this arm moves in its plane.
Eigen::Vector3d InSpace(const Eigen::Vector2d& position_m) {
  return {position_m.x(), position_m.y(), 0.0};
}

constexpr double kReturnDurationS = 0.35;
constexpr double kReturnGainPerS = 20.0;
// At rest in the centre.
constexpr double kHomeDistanceM = 0.0005;
constexpr double kRestSpeedMS = 0.002;
constexpr std::int64_t kLongestBrakingNs = 1'000'000'000;

}  // namespace

ArmRig::ArmRig(const RigParams& params, std::vector<Phase> phases)
    : params_(params),
      arm_(params.workspace, params.servo),
      experiment_(params.task, params.workspace, std::move(phases)) {
  if (!(params.max_command_m_s > 0.0 && std::isfinite(params.max_command_m_s))) {
    throw std::invalid_argument("fastest command: > 0 m/s");
  }
}

void ArmRig::Attach(std::int64_t now_ns, bool is_new_session) {
  if (is_new_session) {
    now_ns_ = now_ns;
    experiment_.Interrupt(now_ns_);
    experiment_.StartOver();
  } else {
    now_ns_ = std::max(now_ns_, now_ns);
  }
}

bool ArmRig::Follow(const RigCommand& command) {
  const bool sane =
      command.velocity_m_s.allFinite() && command.velocity_m_s.norm() <= params_.max_command_m_s;
  if (!sane) ++refused_command_count_;
  const auto& trial = experiment_.trial();
  const bool follow = sane && trial && command.bin_start_time_ns >= trial->start_ns();
  followed_m_s_ = follow ? command.velocity_m_s : Eigen::Vector2d(0.0, 0.0);
  return sane;
}

void ArmRig::SetCommanded(bool commanded) {
  commanded_ = commanded;
  if (commanded) return;
  followed_m_s_.setZero();
  return_path_.reset();
}

void ArmRig::Brake() {
  SetCommanded(false);
  arm_.SetVelocity(Eigen::Vector2d::Zero());
  const auto longest = static_cast<int>(kLongestBrakingNs / arm_.step_ns());
  for (int i = 0; i < longest && is_moving(); ++i) arm_.Step();
}

void ArmRig::GoHome() {
  if (params_.task.kind == TaskKind::kRandomTarget || AtHome()) return;
  if (params_.return_mode == ReturnMode::kReset) {
    arm_.Reset(Eigen::Vector2d::Zero());
    return;
  }
  return_path_ = MinimumJerk{arm_.position_m(), Eigen::Vector2d::Zero(), kReturnDurationS};
  return_time_s_ = 0.0;
}

bool ArmRig::AtHome() const {
  return arm_.position_m().norm() <= kHomeDistanceM && arm_.velocity_m_s().norm() <= kRestSpeedMS;
}

void ArmRig::StartTrialIfReady() {
  if (!commanded_ || experiment_.trial() || is_done()) return;
  if (params_.task.kind == TaskKind::kCenterOut) {
    if (!AtHome()) {
      if (!return_path_) GoHome();
      if (params_.return_mode == ReturnMode::kDrive) return;
    }
    return_path_.reset();
  } else if (arm_.velocity_m_s().norm() > kRestSpeedMS) {
    return;
  }
  if (!experiment_.can_start()) return;
  followed_m_s_.setZero();
  last_result_.reset();
  experiment_.StartTrial(now_ns_, InSpace(arm_.position_m()));
}

Eigen::Vector2d ArmRig::VelocityNow() const {
  if (!commanded_) return Eigen::Vector2d::Zero();
  if (experiment_.trial()) return followed_m_s_;
  if (!return_path_) return Eigen::Vector2d::Zero();
  return return_path_->Velocity(return_time_s_) +
         kReturnGainPerS * (return_path_->Position(return_time_s_) - arm_.position_m());
}

void ArmRig::Step(std::int64_t now_ns) {
  arm_.SetVelocity(VelocityNow());
  arm_.Step();
  now_ns_ = std::max(now_ns_, now_ns);
  if (return_path_) return_time_s_ += static_cast<double>(arm_.step_ns()) * 1e-9;
  if (experiment_.Observe(now_ns_, InSpace(arm_.position_m()))) {
    followed_m_s_.setZero();
    for (TrialResult& result : experiment_.TakeResults()) {
      last_result_ = result;
      results_.push_back(std::move(result));
    }
    GoHome();
  }
}

RigUpdate ArmRig::TakeUpdate() {
  RigUpdate update;
  update.time_ns = now_ns_;
  update.position_m = arm_.position_m();
  update.velocity_m_s = arm_.velocity_m_s();
  if (const auto& trial = experiment_.trial()) {
    update.engaged = commanded_;
    update.target_m = trial->target_m().head<2>();
    update.target_radius_m = params_.task.target_radius_m;
    update.reward = trial->reward();
  }
  update.marks = experiment_.TakeMarks();
  return update;
}

std::vector<TrialResult> ArmRig::TakeResults() { return std::exchange(results_, {}); }

bool ArmRig::is_moving() const { return arm_.velocity_m_s().norm() > kRestSpeedMS; }

ArmScene ArmRig::Scene() const {
  ArmScene scene;
  scene.joint_angles = arm_.joint_angles();
  scene.workspace = params_.workspace;
  scene.target_radius_m = params_.task.target_radius_m;
  scene.other_targets_m = experiment_.targets().places();
  scene.following = commanded_;
  double time_s = 0.0;
  if (const auto& trial = experiment_.trial()) {
    scene.target_m = trial->target_m().head<2>();
    scene.target_look =
        trial->state() == Trial::State::kHolding ? TargetLook::kInside : TargetLook::kShown;
    for (const PathPoint& point : trial->path()) {
      scene.trail_m.push_back(point.position_m.head<2>());
    }
    scene.trail_m.push_back(arm_.position_m());
    time_s = static_cast<double>(now_ns_ - trial->start_ns()) * 1e-9;
  } else if (last_result_) {
    scene.target_m = last_result_->target_m.head<2>();
    scene.target_look = last_result_->success ? TargetLook::kReached : TargetLook::kMissed;
    for (const PathPoint& point : last_result_->path) {
      scene.trail_m.push_back(point.position_m.head<2>());
    }
    time_s = last_result_->time_s;
  }
  const int phase = experiment_.phase();
  const PhaseProgress& progress = experiment_.progress(phase);
  scene.caption = fmt::format("{} (learning {})", experiment_.phases()[phase].name,
                              experiment_.phases()[phase].learn ? "on" : "off");
  scene.detail = fmt::format("{}/{} reached   {:.2f} s{}", progress.num_reached, progress.num_done,
                             time_s, commanded_ ? "" : "   stopped");
  return scene;
}

}  // namespace efferent
