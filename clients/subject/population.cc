#include "clients/subject/population.h"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "clients/subject/random_stream.h"

namespace efferent::subject {

Population DrawPopulation(int num_neurons, std::uint64_t seed) {
  if (num_neurons < 1 || num_neurons > 4096) {
    throw std::invalid_argument("population: " + std::to_string(num_neurons) +
                                " neurons, must be in [1, 4096]");
  }
  std::mt19937_64 random = MakeRandomStream(seed, RandomUse::kPopulation);
  std::uniform_real_distribution<double> angle(0.0, 2.0 * std::numbers::pi);
  std::uniform_real_distribution<double> max_rate(40.0, 100.0);
  std::uniform_real_distribution<double> min_rate(0.0, 5.0);
  std::bernoulli_distribution silent_at_rest(0.5);
  Population population(static_cast<std::size_t>(num_neurons));
  for (Neuron& neuron : population) {
    const double a = angle(random);
    neuron.preferred_direction = {std::cos(a), std::sin(a)};
    neuron.max_rate_hz = max_rate(random);
    const double drawn_min = min_rate(random);
    neuron.min_rate_hz = silent_at_rest(random) ? 0.0 : drawn_min;
  }
  return population;
}

}  // namespace efferent::subject
