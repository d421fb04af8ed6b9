#pragma once

#include <memory>
#include <vector>

#include "clients/subject/observation.h"
#include "clients/subject/population.h"

namespace efferent::subject {

/// A simulated user: sees arm and task, wants to reach, and tells its neurons how fast to fire.
class User {
 public:
  virtual ~User() = default;

  /// Firing rates, Hz, one for each neuron, during the bin that starts at `bin_start_ns`; valid
  /// until the next call. `newest`: the newest state of arm and task; the user itself sees it as
  /// late as it sees. Call once for each bin, in order.
  virtual const std::vector<double>& Rates(TimeNs bin_start_ns, const Observation& newest) = 0;
};

}  // namespace efferent::subject
