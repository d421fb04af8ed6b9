#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "clients/arm/workspace.h"

namespace efferent {

/// How a target is doing; its colour.
enum class TargetLook {
  kShown,    ///< To be reached.
  kInside,   ///< The end point is in it, the hold time is running.
  kReached,  ///< The trial succeeded.
  kMissed,   ///< The trial failed.
};

/// What one frame shows: plain values, so that a copy can be drawn on another thread.
struct ArmScene {
  Eigen::Vector2d joint_angles = Eigen::Vector2d::Zero();  ///< rad.
  ArmWorkspace workspace;
  std::optional<Eigen::Vector2d> target_m;
  double target_radius_m = 0.0;
  TargetLook target_look = TargetLook::kShown;
  std::vector<Eigen::Vector2d>
      other_targets_m;                   ///< Places of targets that are not shown now, faint.
  std::vector<Eigen::Vector2d> trail_m;  ///< Where the end point has been, the oldest first.
  bool following = true;                 ///< Commands come; if not, the end point turns red.
  std::string caption;                   ///< First line, bottom left. ASCII.
  std::string detail;                    ///< Second line.
};

}  // namespace efferent
