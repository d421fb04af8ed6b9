#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace efferent::subject {

/// What befalls a population.
enum class PerturbationKind {
  kLoss,  ///< A share of the neurons falls silent for good.
};

/// One thing that befalls the population when a phase of the experiment begins, and stays.
struct Perturbation {
  std::string phase;  ///< Condition of the trials that begin with it.
  PerturbationKind kind = PerturbationKind::kLoss;
  double share = 0.0;  ///< Of the neurons, 0 to 1.
};

/// Reads `PHASE:loss=SHARE`, for example `relearning:loss=0.6`. @throws std::invalid_argument
/// saying what is wrong.
Perturbation ParsePerturbation(std::string_view text);

/// Applies perturbations as phases come. Which neurons are hit is drawn once from the seed: a
/// larger share hits those that a smaller one hits, and others.
class PerturbationSchedule {
 public:
  /// @throws std::invalid_argument if a share is not in [0, 1].
  PerturbationSchedule(std::vector<Perturbation> perturbations, std::size_t num_neurons,
                       std::uint64_t seed);

  /// A trial of this condition begins. Returns whether anything changed.
  bool OnTrialStart(std::string_view condition);

  /// All neurons fall silent now.
  void SilenceAll() { silent_.assign(silent_.size(), true); }

  /// Whether each neuron is silent.
  const std::vector<bool>& silent() const { return silent_; }
  std::size_t num_silent() const;

 private:
  bool Apply(const Perturbation& perturbation);

  std::vector<Perturbation> pending_;
  std::vector<std::size_t> order_;  // in which neurons are hit
  std::vector<bool> silent_;
};

}  // namespace efferent::subject
