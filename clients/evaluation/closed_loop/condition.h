#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/arm/task.h"
#include "clients/subject/brain_params.h"

/// Decoders in closed loop with simulated users, in-process.
namespace efferent::closed_loop {

/// Width of a bin; that of the OPS task.
inline constexpr std::int64_t kBinWidthNs = 10'000'000;

/// Trials of one kind, in a row.
struct Phase {
  std::string name;  ///< Perturbations begin with a phase of their name.
  int num_trials = 0;
  bool learn = false;
};

/// A figure that others have published, or that was measured elsewhere, for comparison.
struct PublishedFigure {
  std::string source;
  std::string time_to_target_s;  ///< As it is given: may be a range, or several.
};

/// A world that a decoder is put into: user, neurons, what befalls them, and when it may learn.
struct Condition {
  std::string name;
  std::string description;  ///< One line.
  subject::BrainParams brain;
  int num_neurons = 0;  ///< Drawn, unless there is a population.
  std::optional<subject::Population> population;
  subject::PostureTuning posture;
  /// Where the task is done: where the hand comes to when the shoulder is turned by at most so much, rad;
  /// one of `num_places` evenly spaced ones (0: anywhere) a trial, by lot.
  double max_shoulder_turn_rad = 0.0;
  int num_places = 1;  ///< 1: straight ahead.
  int num_dimensions = 2;
  bool silent = false;            ///< No neuron ever fires.
  bool untuned = false;           ///< Neurons fire, whatever is wanted.
  bool taught_by_reward = false;  ///< By Trial::reward alone; else by the target.
  std::vector<Phase> phases;      ///< The last one is the test: frozen, and scored.
  std::vector<PublishedFigure> published;

  int test_phase() const { return static_cast<int>(phases.size()) - 1; }
  int num_learning_trials() const;
  int num_trials() const;  ///< Of all phases.
  /// A control: there is nothing to decode.
  bool is_control() const { return silent || untuned; }
};

/// The task: targets on a circle (in space: a sphere) of 8 cm, radius 2.5 cm, hold 0.5 s, at most
/// 3 s.
TaskParams TaskOf(const Condition& condition, std::uint64_t seed);

/// The neurons of run `seed` of a condition.
subject::Population PopulationOf(const Condition& condition, std::uint64_t seed);

}  // namespace efferent::closed_loop
