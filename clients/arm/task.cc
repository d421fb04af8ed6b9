#include "clients/arm/task.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

namespace efferent {

namespace {

constexpr int kMaxTargets = 360;

void Require(bool condition, const std::string& what) {
  if (!condition) throw std::invalid_argument(what);
}

}  // namespace

TargetSequence::TargetSequence(const TaskParams& task, const ArmWorkspace& workspace)
    : task_(task), room_(workspace), random_(task.seed) {
  Require(task.num_targets >= 0 && task.num_targets <= kMaxTargets,
          "targets: 1 to 360, or 0 for uniform angles");
  Require(task.num_dimensions == 2 || (task.num_dimensions == 3 && task.num_targets == 0 &&
                                       task.kind == TaskKind::kCenterOut),
          "dimensions: 2, or 3 for center-out with uniform angles");
  Require(task.target_radius_m > 0.0 && std::isfinite(task.target_radius_m),
          "target radius: > 0 m");
  Require(task.distance_m > 0.0 && std::isfinite(task.distance_m), "target distance: > 0 m");
  Require(task.hold_time_ns >= 0, "hold time: >= 0");
  Require(task.time_limit_ns > task.hold_time_ns, "time limit: longer than the hold time");
  room_.min_m.array() += task.target_radius_m;
  room_.max_m.array() -= task.target_radius_m;
  Require((room_.min_m.array() < room_.max_m.array()).all(),
          "target radius: targets do not fit into the workspace");
  if (task.kind == TaskKind::kCenterOut) {
    const double room = std::min((-room_.min_m).minCoeff(), room_.max_m.minCoeff());
    Require(task.distance_m <= room, "target distance: targets lie outside of the workspace");
    for (int i = 0; i < task.num_targets; ++i) {
      places_.push_back(OnCircle(2.0 * std::numbers::pi * i / task.num_targets).head<2>());
    }
  } else {
    // From anywhere, the farthest corner is at least half a diagonal away: some room remains beyond
    // the distance.
    const double diagonal = (room_.max_m - room_.min_m).norm();
    Require(task.distance_m <= 0.4 * diagonal,
            "target distance: too long for random targets in this workspace");
  }
}

Eigen::Vector3d TargetSequence::Next() {
  if (task_.num_dimensions == 3) return OnSphere();
  if (task_.kind == TaskKind::kRandomTarget) return NextAnywhere();
  if (places_.empty()) return OnCircle(Uniform(0.0, 2.0 * std::numbers::pi));
  return NextInBlock();
}

double TargetSequence::Uniform(double low, double high) {
  // 53 random bits; std::uniform_real_distribution differs between standard libraries.
  return low + (high - low) * static_cast<double>(random_() >> 11) * 0x1.0p-53;
}

Eigen::Vector3d TargetSequence::OnCircle(double angle) const {
  return task_.distance_m * Eigen::Vector3d(std::cos(angle), std::sin(angle), 0.0);
}

Eigen::Vector3d TargetSequence::OnSphere() {
  // Archimedes: the height of a point that is uniform on the sphere is uniform.
  const double z = Uniform(-1.0, 1.0);
  const double angle = Uniform(0.0, 2.0 * std::numbers::pi);
  Eigen::Vector3d target = std::sqrt(1.0 - z * z) * OnCircle(angle);
  target.z() = task_.distance_m * z;
  return target;
}

Eigen::Vector3d TargetSequence::NextInBlock() {
  if (block_.empty()) {
    block_.resize(places_.size());
    std::iota(block_.begin(), block_.end(), 0);
    for (std::size_t i = block_.size(); i > 1; --i) {  // Fisher and Yates.
      std::swap(block_[i - 1],
                block_[static_cast<std::size_t>(Uniform(0.0, static_cast<double>(i)))]);
    }
  }
  const Eigen::Vector2d place = places_[block_.back()];
  block_.pop_back();
  return {place.x(), place.y(), 0.0};
}

Eigen::Vector3d TargetSequence::NextAnywhere() {
  Eigen::Vector2d next;
  do {
    next.x() = Uniform(room_.min_m.x(), room_.max_m.x());
    next.y() = Uniform(room_.min_m.y(), room_.max_m.y());
  } while ((next - previous_).norm() < task_.distance_m);
  previous_ = next;
  return {next.x(), next.y(), 0.0};
}

}  // namespace efferent
