#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "clients/subject/brain.h"
#include "clients/subject/delayed_user.h"
#include "clients/subject/exponential_tuning.h"
#include "clients/subject/ops_user.h"
#include "clients/subject/rectified_tuning.h"

namespace efferent::subject {

/// Who reaches.
using UserParams = std::variant<OpsParams, DelayedUserParams>;
/// What its neurons make of it: rectified ones fire at most once in 10 ms (OPS task), exponential
/// ones as a Poisson process.
using TuningParams = std::variant<RectifiedTuningParams, ExponentialTuningParams>;

/// Everything about a simulated brain but its neurons and its seed.
struct BrainParams {
  UserParams user;
  TuningParams tuning;
  std::vector<Perturbation> perturbations;
};

/// @throws std::invalid_argument naming what makes no sense.
Brain MakeBrain(const BrainParams& params, const Population& population, TimeNs bin_width_ns,
                std::uint64_t seed);

}  // namespace efferent::subject
