#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <random>
#include <vector>

#include "clients/arm/workspace.h"

namespace efferent {

/// Which reaches are asked for.
enum class TaskKind {
  kCenterOut,     ///< From the centre to a target around it, and back between trials.
  kRandomTarget,  ///< From target to target, anywhere in the workspace, without return.
};

/// A reaching task. A trial starts at rest; it succeeds once the end point has stayed within the
/// target for the hold time, and fails at the time limit.
struct TaskParams {
  TaskKind kind = TaskKind::kCenterOut;
  int num_dimensions = 2;    ///< 3: center-out to anywhere on a sphere, num_targets = 0.
  int num_targets = 8;       ///< Center-out: evenly spaced, in shuffled blocks. 0: uniform angle.
  double distance_m = 0.08;  ///< Centre to target; random target: least distance between targets.
  double target_radius_m = 0.025;
  std::int64_t hold_time_ns = 500'000'000;
  std::int64_t time_limit_ns = 3'000'000'000;
  std::uint64_t seed = 1;
};

/// The targets of a task, one after the other. Same parameters, same targets.
class TargetSequence {
 public:
  /// @throws std::invalid_argument naming the parameter if it is out of bounds, or if targets would
  /// not fit into the workspace.
  TargetSequence(const TaskParams& task, const ArmWorkspace& workspace);

  /// Centre of the next target, metres; in the plane z is 0.
  Eigen::Vector3d Next();

  /// All places of a task that has a fixed set of them; else none.
  const std::vector<Eigen::Vector2d>& places() const { return places_; }

 private:
  double Uniform(double low, double high);
  Eigen::Vector3d OnCircle(double angle) const;
  Eigen::Vector3d OnSphere();
  Eigen::Vector3d NextInBlock();
  Eigen::Vector3d NextAnywhere();

  TaskParams task_;
  ArmWorkspace room_;  // Of the centres of targets.
  std::mt19937_64 random_;
  std::vector<Eigen::Vector2d> places_;
  std::vector<int> block_;  // Left of the present block, the last one next.
  Eigen::Vector2d previous_ = Eigen::Vector2d::Zero();
};

}  // namespace efferent
