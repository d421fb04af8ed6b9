#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace efferent {

/// Nanoseconds since the start of the session, everywhere. Seconds exist only at the edges
/// (configuration, files).
using TimeNs = std::int64_t;

/// Position (m) or velocity (m/s) in the frame of the task. Planar sessions leave z at 0.
using Vec3 = Eigen::Vector3d;

/// A velocity of 2 or 3 dimensions with the others at 0.
template <class Vector>
Vec3 InThreeDimensions(const Vector& velocity) {
  Vec3 result = Vec3::Zero();
  result.head(velocity.size()) = velocity;
  return result;
}

/// One threshold crossing or one spike of a sorted unit.
struct Spike {
  TimeNs time_ns = 0;
  std::uint32_t channel = 0;
};

/// What a command is; see ARCHITECTURE.md, "Statuses".
enum class CommandStatus : std::uint8_t { kDecoded, kHeld, kStopped, kFault };

/// Motor command: move at this velocity until the next one.
struct Command {
  std::uint64_t bin_index = 0;  ///< Bin that it was decoded from.
  TimeNs bin_stop_time_ns = 0;  ///< End of that bin.
  CommandStatus status = CommandStatus::kStopped;
  Vec3 velocity_m_s = Vec3::Zero();  ///< Zero for kStopped and kFault.
};

}  // namespace efferent
