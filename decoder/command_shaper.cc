#include "decoder/command_shaper.h"

#include <cmath>
#include <string>

namespace efferent {

CommandShaper::CommandShaper(const LimitParams& params, TimeNs bin_width_ns)
    : params_(params), bin_width_s_(static_cast<double>(bin_width_ns) * 1e-9) {
  std::vector<Violation> violations = CheckBounds(params, "limits.");
  for (int axis = 0; axis < kMaxDimensions; ++axis) {
    // Written so that NaN fails.
    if (params.workspace.min_m[axis] < params.workspace.max_m[axis]) continue;
    violations.push_back({"limits.workspace_max_m[" + std::to_string(axis) + "]",
                          "is " + std::to_string(params.workspace.max_m[axis]) +
                              " m, must be greater than workspace_min_m (" +
                              std::to_string(params.workspace.min_m[axis]) + " m)"});
  }
  if (!violations.empty()) throw InvalidParameters(std::move(violations));
}

std::optional<TaskVector> CommandShaper::Shape(
    const TaskVector& velocity_m_s, const std::optional<TaskVector>& position_m) noexcept {
  if (!velocity_m_s.allFinite()) return std::nullopt;
  TaskVector velocity = velocity_m_s;
  // Scaled by its largest component first: the norm of a finite vector can overflow.
  const double largest = velocity.cwiseAbs().maxCoeff();
  if (largest > params_.max_speed_m_s) velocity *= params_.max_speed_m_s / largest;
  const double speed = Norm(velocity);
  if (speed > params_.max_speed_m_s) velocity *= params_.max_speed_m_s / speed;

  const double max_change = params_.max_acceleration_m_s2 * bin_width_s_;
  const TaskVector change = velocity - last_;
  const double change_size = Norm(change);
  if (change_size > max_change) velocity = last_ + change * (max_change / change_size);

  if (position_m) {
    for (int axis = 0; axis < kMaxDimensions; ++axis) {
      const double reached = (*position_m)[axis] + velocity[axis] * bin_width_s_;
      const bool leaves = (velocity[axis] > 0.0 && reached > params_.workspace.max_m[axis]) ||
                          (velocity[axis] < 0.0 && reached < params_.workspace.min_m[axis]);
      if (leaves) velocity[axis] = 0.0;
    }
  }
  last_ = velocity;
  return velocity;
}

}  // namespace efferent
