#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>

/// The simulated brain. Nothing here knows of gRPC, files or clocks of the wall but the files that
/// say so (population_file.h, subject_client.h).
namespace efferent::subject {

/// Nanoseconds since the start of the session.
using TimeNs = std::int64_t;

/// Metres or metres per second; x to the right, y away from the subject, z up. In the plane z is 0.
using Vec3 = Eigen::Vector3d;

inline double Seconds(TimeNs time_ns) { return 1e-9 * static_cast<double>(time_ns); }

/// A reach target.
struct Target {
  Vec3 position_m = Vec3::Zero();
  double radius_m = 0.0;
};

/// Arm and task at one time, as a subject could see them.
struct Observation {
  TimeNs time_ns = 0;
  Vec3 position_m = Vec3::Zero();
  Vec3 velocity_m_s = Vec3::Zero();
  bool engaged = false;          ///< The arm follows the decoder.
  std::optional<Target> target;  ///< Absent: none is shown.
  /// For the last movement, as the task pays it; absent: unknown.
  std::optional<double> reward = std::nullopt;
  /// Where the task's centre is: from the point straight ahead of the shoulder at which the arm's
  /// posture counts as neutral. Positions are from the task's centre.
  Vec3 task_center_m = Vec3::Zero();

  /// There is something to intend: a target, and an arm that would follow.
  bool wants_reach() const { return engaged && target.has_value(); }
};

}  // namespace efferent::subject
