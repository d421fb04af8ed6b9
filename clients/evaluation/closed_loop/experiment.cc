#include "clients/evaluation/closed_loop/experiment.h"

#include <utility>

#include "clients/arm/trial.h"
#include "clients/subject/posture.h"

namespace efferent::closed_loop {
namespace {

/// A seed for each trial.
std::uint64_t TrialSeed(std::uint64_t seed, std::uint32_t trial) {
  // The finaliser of SplitMix64 (Steele, Lea & Flood 2014): neighbours become strangers.
  std::uint64_t z = seed * 0x9e3779b97f4a7c15U + (trial + 1) * 0xd1b54a32d192ed03U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// Where the task is done in a trial.
subject::Vec3 TaskCenter(const Condition& condition, std::uint64_t trial_seed) {
  if (condition.num_places == 1) return subject::Vec3::Zero();
  const auto places = static_cast<std::uint64_t>(condition.num_places);
  const double share =
      places == 0 ? static_cast<double>(trial_seed >> 11) * 0x1.0p-53  // in [0, 1)
                  : static_cast<double>(trial_seed % places) / static_cast<double>(places - 1);
  return subject::HandAtShoulderTurn(condition.max_shoulder_turn_rad * (2.0 * share - 1.0));
}

subject::Observation AtStart(const TaskParams& task, const subject::Vec3& task_center_m,
                             const subject::Vec3& target_m, std::int64_t now_ns) {
  subject::Observation seen;
  seen.task_center_m = task_center_m;
  seen.time_ns = now_ns;
  seen.engaged = true;
  seen.target = subject::Target{target_m, task.target_radius_m};
  return seen;
}

}  // namespace

std::vector<TrialResult> RunExperiment(const Condition& condition, std::uint64_t seed,
                                       Pilot* pilot) {
  subject::Brain brain =
      MakeBrain(condition.brain, PopulationOf(condition, seed), kBinWidthNs, seed);
  if (condition.silent) brain.SilenceAll();
  const TaskParams task = TaskOf(condition, seed);
  TargetSequence targets(task, {});
  std::vector<TrialResult> results;
  std::int64_t now_ns = 0;
  std::uint32_t trial_index = 0;
  for (std::size_t phase = 0; phase < condition.phases.size(); ++phase) {
    pilot->SetLearning(condition.phases[phase].learn);
    for (int i = 0; i < condition.phases[phase].num_trials; ++i, ++trial_index) {
      const std::uint64_t trial_seed = TrialSeed(seed, trial_index);
      subject::Observation seen =
          AtStart(task, TaskCenter(condition, trial_seed), targets.Next(), now_ns);
      brain.OnTrialStart(condition.phases[phase].name);
      brain.StartFrom(seen, trial_seed);
      pilot->OnTrialStart();
      Trial trial(task, seen.target->position_m, now_ns, seen.position_m);
      while (!trial.is_over()) {
        const auto& spikes = brain.Fire(now_ns, seen);
        seen.velocity_m_s = pilot->Steer(seen, brain, spikes);
        seen.position_m += subject::Seconds(kBinWidthNs) * seen.velocity_m_s;
        now_ns += kBinWidthNs;
        seen.time_ns = now_ns;
        trial.Observe(now_ns, seen.position_m);
        seen.reward = trial.reward();
      }
      pilot->OnTrialStop();
      TrialResult result = trial.Result();
      result.phase = static_cast<int>(phase);
      result.trial_index = trial_index;
      results.push_back(std::move(result));
    }
  }
  return results;
}

}  // namespace efferent::closed_loop
