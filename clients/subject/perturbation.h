#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clients/subject/population.h"

namespace efferent::subject {

/// What befalls a population.
enum class PerturbationKind {
  kLoss,     ///< A share of the neurons falls silent for good.
  kShift,    ///< A share of the preferred directions is drawn anew, for good.
  kDrift,    ///< The rates of a share of the neurons fall, trial by trial.
  kSilence,  ///< A share of the neurons is silent as long as the phase lasts.
};

/// One thing that befalls the population when a phase of the experiment begins.
struct Perturbation {
  std::string phase;  ///< Condition of the trials that begin with it.
  PerturbationKind kind = PerturbationKind::kLoss;
  double share = 0.0;  ///< Of the neurons, 0 to 1.
};

/// Reads `PHASE:KIND=SHARE` with the kinds loss, shift, drift, silence, for example
/// `relearning:loss=0.6`. @throws std::invalid_argument saying what is wrong.
Perturbation ParsePerturbation(std::string_view text);

/// Trials over which a drift falls, and what is left of the rates then.
inline constexpr int kDriftTrials = 100;
inline constexpr double kDriftedRate = 0.25;

/// Applies perturbations as phases come. Which neurons are hit is drawn once from the seed: a
/// larger share hits those that a smaller one hits, and others. A drift falls in a line: in the
/// n-th trial since it began, both rates of a neuron are 1 - (1 - kDriftedRate) min(1, n /
/// kDriftTrials) of what they were, and stay at the last.
class PerturbationSchedule {
 public:
  /// @throws std::invalid_argument if a share is not in [0, 1].
  PerturbationSchedule(std::vector<Perturbation> perturbations, Population population,
                       std::uint64_t seed);

  /// A trial of this condition begins. Returns whether anything changed.
  bool OnTrialStart(std::string_view condition);

  /// All neurons fall silent now, for good.
  void SilenceAll() { lost_.assign(lost_.size(), true), UpdateSilent(); }

  /// The neurons as they are now.
  const Population& population() const { return population_; }
  /// Whether each neuron is silent.
  const std::vector<bool>& silent() const { return silent_; }
  std::size_t num_silent() const;

 private:
  struct Drift {
    std::size_t num_hit;
    int num_trials;
  };
  std::size_t NumHit(double share) const;
  void Apply(const Perturbation& perturbation);
  void UpdateRates();
  void UpdateSilent();

  std::vector<Perturbation> pending_;
  Population original_;
  std::vector<Vec3> redrawn_;       // preferred directions after a shift
  std::vector<std::size_t> order_;  // in which neurons are hit
  std::vector<Drift> drifts_;
  std::vector<bool> lost_;
  std::string phase_;                   // of the last trial
  std::vector<Perturbation> silences_;  // of any phase
  Population population_;
  std::vector<bool> silent_;
};

}  // namespace efferent::subject
