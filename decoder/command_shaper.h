#pragma once

#include <optional>

#include "decoder/parameters.h"
#include "decoder/types.h"

namespace efferent {

/// Axis-aligned box in metres. Unbounded axes are infinite.
struct Workspace {
  TaskVector min_m = TaskVector::Constant(-std::numeric_limits<double>::infinity());
  TaskVector max_m = TaskVector::Constant(std::numeric_limits<double>::infinity());
};

/// Settings of CommandShaper.
struct LimitParams {
  double max_speed_m_s = 1.0;
  double max_acceleration_m_s2 = 100.0;
  Workspace workspace;
};

template <class Visitor>
void VisitFields(LimitParams& p, Visitor&& visit) {
  visit("max_speed_m_s", p.max_speed_m_s, Bounds{1e-3, 100.0}, "m/s");
  visit("max_acceleration_m_s2", p.max_acceleration_m_s2, Bounds{1e-3, 1e6}, "m/s^2");
}

/// Bounds what the decoder asks for: speed (direction kept), then change of velocity since the last
/// command (direction of the change kept), then the workspace (a component that leads further out
/// of it is removed, and so is one that would cross the edge within the bin). Real-time safe after
/// construction.
class CommandShaper {
 public:
  /// @throws InvalidParameters for a field out of bounds or an empty workspace.
  CommandShaper(const LimitParams& params, TimeNs bin_width_ns);

  /// `position_m`: where the arm is, if known; without it the workspace bound cannot apply.
  /// Returns nothing if `velocity_m_s` is not finite.
  std::optional<TaskVector> Shape(const TaskVector& velocity_m_s,
                                  const std::optional<TaskVector>& position_m) noexcept;

  /// The arm was stopped: the next command accelerates from zero.
  void Reset() noexcept { last_ = TaskVector(); }

  /// No velocity is asked for: the next command is this share of the last one. Returns it.
  const TaskVector& Fade(double keep) noexcept {
    last_ *= keep;
    return last_;
  }

  const TaskVector& last_velocity_m_s() const { return last_; }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("last", last_);
  }

 private:
  LimitParams params_;
  double bin_width_s_;
  TaskVector last_;
};

}  // namespace efferent
