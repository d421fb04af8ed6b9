#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "clients/subject/observation.h"

namespace efferent::subject {

/// One motor cortical neuron, tuned to a direction.
struct Neuron {
  Vec3 preferred_direction = Vec3::UnitX();  ///< Unit vector.
  double min_rate_hz = 0.0;                  ///< Against (or without) the preferred direction.
  double max_rate_hz = 0.0;                  ///< Along it; > min_rate_hz.
  double posture_gain = 0.0;   ///< Turn of the preferred direction per turn of the shoulder.
  double posture_drive = 0.0;  ///< Added to the tuned drive per radian of the shoulder's turn.
};

/// What a decoder hears; neuron i fires on channel i.
using Population = std::vector<Neuron>;

/// Neurons when neither a file nor a number is given.
inline constexpr int kDefaultNumNeurons = 96;
/// Neurons of the harder setting of the OPS task, and the noise of their rates (see
/// RectifiedTuningParams).
inline constexpr int kHardSettingNumNeurons = 46;
inline constexpr double kHardSettingRateNoise = 0.3;

/// Draws `num_neurons` neurons: preferred direction uniform on the circle, or on the sphere in three
/// dimensions; maximum rate U(40, 100) Hz, minimum rate 0 for half of them and U(0, 5) Hz for the
/// others (OPS task, harder setting). Same seed, same population.
/// @throws std::invalid_argument if `num_neurons` is not in [1, 4096] or `num_dimensions` not 2 or 3.
Population DrawPopulation(int num_neurons, std::uint64_t seed, int num_dimensions = 2);

/// How the neurons of a population depend on the arm's posture, see posture.h: posture_gain ~
/// N(gain_mean, gain_deviation), posture_drive ~ N(0, drive_deviation).
struct PostureTuning {
  double gain_mean = 0.0;
  double gain_deviation = 0.0;
  double drive_deviation = 0.0;
};

/// Draws how each neuron depends on posture. Same seed, same neurons.
void DrawPostureTuning(const PostureTuning& tuning, std::uint64_t seed, Population* population);

/// A preferred direction uniform on the circle, or on the sphere in three dimensions.
Vec3 DrawDirection(int num_dimensions, std::mt19937_64* random);

}  // namespace efferent::subject
