#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "clients/subject/perturbation.h"
#include "clients/subject/spike_sampler.h"
#include "clients/subject/user.h"

namespace efferent::subject {

/// A simulated brain: what is seen -> user -> rates -> (perturbed) spikes, one bin at a time. The
/// same construction and the same calls give the same spikes.
class Brain {
 public:
  /// `user` must not be null and has as many neurons as the schedule.
  Brain(std::unique_ptr<User> user, PerturbationSchedule perturbations, SpikeSampler sampler)
      : user_(std::move(user)),
        perturbations_(std::move(perturbations)),
        sampler_(std::move(sampler)) {}

  /// A trial of this condition begins. Returns whether the population changed.
  bool OnTrialStart(std::string_view condition) { return perturbations_.OnTrialStart(condition); }

  /// Spikes of the bin that starts at `bin_start_ns`, by channel; valid until the next call. Call
  /// once for each bin, in order.
  const std::vector<SpikeEvent>& Fire(TimeNs bin_start_ns, const Observation& newest) {
    return sampler_.Draw(bin_start_ns, user_->Rates(bin_start_ns, newest), perturbations_.silent());
  }

  std::size_t num_silent() const { return perturbations_.num_silent(); }
  std::size_t num_neurons() const { return perturbations_.silent().size(); }

 private:
  std::unique_ptr<User> user_;
  PerturbationSchedule perturbations_;
  SpikeSampler sampler_;
};

}  // namespace efferent::subject
