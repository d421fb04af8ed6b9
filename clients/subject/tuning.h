#pragma once

#include <cstdint>
#include <vector>

#include "clients/subject/observation.h"
#include "clients/subject/population.h"

namespace efferent::subject {

/// How a population's rates follow from what the user wants.
class Tuning {
 public:
  virtual ~Tuning() = default;

  /// Firing rates, Hz, one for each neuron; valid until the next call. `intent`: see User::Intend.
  /// `arm_position_m`: posture, see ShoulderTurnRad. Call once for each bin, in order.
  virtual const std::vector<double>& Rates(const Vec3& intent, const Vec3& arm_position_m) = 0;

  /// The neurons are others from now on, as many as before.
  /// @throws std::invalid_argument as the constructor does.
  virtual void SetPopulation(const Population& population) = 0;

  /// Starts what is random anew.
  virtual void Reseed(std::uint64_t /*seed*/) {}
};

}  // namespace efferent::subject
