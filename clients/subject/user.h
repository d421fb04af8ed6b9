#pragma once

#include "clients/subject/observation.h"

namespace efferent::subject {

/// A simulated user: sees arm and task, and wants something. What its neurons make of that is up to
/// Tuning.
class User {
 public:
  virtual ~User() = default;

  /// What is wanted in the bin that starts at `bin_start_ns`, in units of full effort: the direction
  /// that neurons are tuned to, of length 1 or less in an ordinary reach. `newest`: the newest state
  /// of arm and task; the user itself sees it as late as it sees. Call once for each bin, in order.
  virtual Vec3 Intend(TimeNs bin_start_ns, const Observation& newest) = 0;

  /// The velocity, m/s, that an arm which moves with `velocity_m_s` has after a bin of `bin_width_ns`
  /// if it does what `intent` says: what a decoder without error would command.
  virtual Vec3 Obey(const Vec3& intent, const Vec3& velocity_m_s, TimeNs bin_width_ns) const = 0;

  /// The arm was put where it is in `start`, at rest: what was seen and wanted before does not count
  /// any more.
  virtual void StartFrom(const Observation& start) = 0;
};

}  // namespace efferent::subject
