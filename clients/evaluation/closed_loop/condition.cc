#include "clients/evaluation/closed_loop/condition.h"

namespace efferent::closed_loop {

int Condition::num_learning_trials() const {
  int trials = 0;
  for (const Phase& phase : phases) trials += phase.learn ? phase.num_trials : 0;
  return trials;
}

int Condition::num_trials() const {
  int trials = 0;
  for (const Phase& phase : phases) trials += phase.num_trials;
  return trials;
}

TaskParams TaskOf(const Condition& condition, std::uint64_t seed) {
  TaskParams task;  // Its defaults are those of the OPS task but for the targets.
  task.num_targets = 0;
  task.num_dimensions = condition.num_dimensions;
  task.seed = seed;
  return task;
}

subject::Population PopulationOf(const Condition& condition, std::uint64_t seed) {
  subject::Population population =
      condition.population
          ? *condition.population
          : subject::DrawPopulation(condition.num_neurons, seed, condition.num_dimensions);
  subject::DrawPostureTuning(condition.posture, seed, &population);
  if (condition.untuned) {
    for (subject::Neuron& neuron : population) neuron.preferred_direction.setZero();
  }
  return population;
}

}  // namespace efferent::closed_loop
