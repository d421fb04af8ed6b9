#pragma once

#include <cstdint>
#include <vector>

#include "clients/subject/observation.h"

namespace efferent::subject {

/// One motor cortical neuron, tuned to a direction.
struct Neuron {
  Vec2 preferred_direction = Vec2::UnitX();  ///< Unit vector.
  double min_rate_hz = 0.0;                  ///< Against (or without) the preferred direction.
  double max_rate_hz = 0.0;                  ///< Along it; > min_rate_hz.
};

/// What a decoder hears; neuron i fires on channel i.
using Population = std::vector<Neuron>;

/// Neurons when neither a file nor a number is given.
inline constexpr int kDefaultNumNeurons = 96;
/// Neurons of the harder setting of the OPS task, in which rates are noisy too (see OpsParams).
inline constexpr int kHardSettingNumNeurons = 46;

/// Draws `num_neurons` neurons: preferred direction uniform on the circle, maximum rate U(40, 100)
/// Hz, minimum rate 0 for half of them and U(0, 5) Hz for the others (OPS task, harder setting).
/// Same seed, same population.
/// @throws std::invalid_argument if `num_neurons` is not in [1, 4096].
Population DrawPopulation(int num_neurons, std::uint64_t seed);

}  // namespace efferent::subject
