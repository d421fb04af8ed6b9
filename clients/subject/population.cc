#include "clients/subject/population.h"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "clients/subject/random_stream.h"

namespace efferent::subject {

Vec3 DrawDirection(int num_dimensions, std::mt19937_64* random) {
  std::uniform_real_distribution<double> angle(0.0, 2.0 * std::numbers::pi);
  const double a = angle(*random);
  if (num_dimensions == 2) return {std::cos(a), std::sin(a), 0.0};
  // Archimedes: the height of a point that is uniform on the sphere is uniform.
  std::uniform_real_distribution<double> height(-1.0, 1.0);
  const double z = height(*random);
  const double r = std::sqrt(1.0 - z * z);
  return {r * std::cos(a), r * std::sin(a), z};
}

Population DrawPopulation(int num_neurons, std::uint64_t seed, int num_dimensions) {
  if (num_neurons < 1 || num_neurons > 4096) {
    throw std::invalid_argument("population: " + std::to_string(num_neurons) +
                                " neurons, must be in [1, 4096]");
  }
  if (num_dimensions != 2 && num_dimensions != 3) {
    throw std::invalid_argument("population: " + std::to_string(num_dimensions) +
                                " dimensions, must be 2 or 3");
  }
  std::mt19937_64 random = MakeRandomStream(seed, RandomUse::kPopulation);
  std::uniform_real_distribution<double> max_rate(40.0, 100.0);
  std::uniform_real_distribution<double> min_rate(0.0, 5.0);
  std::bernoulli_distribution silent_at_rest(0.5);
  Population population(static_cast<std::size_t>(num_neurons));
  for (Neuron& neuron : population) {
    neuron.preferred_direction = DrawDirection(num_dimensions, &random);
    neuron.max_rate_hz = max_rate(random);
    const double drawn_min = min_rate(random);
    neuron.min_rate_hz = silent_at_rest(random) ? 0.0 : drawn_min;
  }
  return population;
}

void DrawPostureTuning(const PostureTuning& tuning, std::uint64_t seed, Population* population) {
  std::mt19937_64 random = MakeRandomStream(seed, RandomUse::kPosture);
  std::normal_distribution<double> normal;
  for (Neuron& neuron : *population) {
    neuron.posture_gain = tuning.gain_mean + tuning.gain_deviation * normal(random);
    neuron.posture_drive = tuning.drive_deviation * normal(random);
  }
}

}  // namespace efferent::subject
