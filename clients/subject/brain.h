#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "clients/subject/perturbation.h"
#include "clients/subject/spike_sampler.h"
#include "clients/subject/tuning.h"
#include "clients/subject/user.h"

namespace efferent::subject {

/// A simulated brain: what is seen -> user -> intent -> tuning -> rates -> (perturbed) spikes, one
/// bin at a time. The same construction and the same calls give the same spikes.
class Brain {
 public:
  /// `user` and `tuning` must not be null; the tuning has the schedule's population.
  Brain(std::unique_ptr<User> user, std::unique_ptr<Tuning> tuning,
        PerturbationSchedule perturbations, SpikeSampler sampler)
      : user_(std::move(user)),
        tuning_(std::move(tuning)),
        perturbations_(std::move(perturbations)),
        sampler_(std::move(sampler)) {}

  /// A trial of this condition begins. Returns whether the population changed.
  bool OnTrialStart(std::string_view condition) {
    if (!perturbations_.OnTrialStart(condition)) return false;
    tuning_->SetPopulation(perturbations_.population());
    return true;
  }

  /// All neurons fall silent, for good.
  void SilenceAll() { perturbations_.SilenceAll(); }

  /// The arm was put where it is in `start`, at rest, and all that is random starts anew from
  /// `seed`: what comes does not depend on how long earlier trials took.
  void StartFrom(const Observation& start, std::uint64_t seed) {
    user_->StartFrom(start);
    tuning_->Reseed(seed);
    sampler_.Reseed(seed);
  }

  /// Spikes of the bin that starts at `bin_start_ns`, by channel; valid until the next call. Call
  /// once for each bin, in order.
  const std::vector<SpikeEvent>& Fire(TimeNs bin_start_ns, const Observation& newest) {
    intent_ = user_->Intend(bin_start_ns, newest);
    return sampler_.Draw(bin_start_ns,
                         tuning_->Rates(intent_, newest.task_center_m + newest.position_m),
                         perturbations_.silent());
  }

  /// What the user wanted in the last bin; see User::Intend.
  const Vec3& intent() const { return intent_; }
  const User& user() const { return *user_; }
  std::size_t num_silent() const { return perturbations_.num_silent(); }
  std::size_t num_neurons() const { return perturbations_.silent().size(); }

 private:
  std::unique_ptr<User> user_;
  std::unique_ptr<Tuning> tuning_;
  PerturbationSchedule perturbations_;
  SpikeSampler sampler_;
  Vec3 intent_ = Vec3::Zero();
};

}  // namespace efferent::subject
