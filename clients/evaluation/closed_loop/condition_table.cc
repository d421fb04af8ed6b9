#include "clients/evaluation/closed_loop/condition_table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

#include "clients/session/errors.h"
#include "clients/subject/population_file.h"

namespace efferent::closed_loop {
namespace {

using subject::DelayedUserParams;
using subject::ExponentialTuningParams;
using subject::OpsParams;
using subject::PerturbationKind;
using subject::RectifiedTuningParams;

constexpr const char* kLearning = "learning";
constexpr const char* kAdapting = "adapting";
constexpr const char* kSpiking = "adaptive spiking networks, learning on";
constexpr const char* kLinear = "linear NLMS / RLS, frozen";

/// The OPS task with drawn neurons, in its harder setting.
Condition Ops46(std::string name, std::string description, int learning_trials) {
  Condition condition;
  condition.name = std::move(name);
  condition.description = std::move(description);
  RectifiedTuningParams tuning;
  tuning.rate_noise = subject::kHardSettingRateNoise;
  condition.brain = {OpsParams{}, tuning, {}};
  condition.num_neurons = subject::kHardSettingNumNeurons;
  condition.phases = {{kLearning, learning_trials, true}};
  return condition;
}

/// The same, and then something befalls the neurons.
Condition Perturbed(std::string name, std::string description, PerturbationKind kind, double share,
                    int adapting_trials, std::vector<PublishedFigure> published) {
  Condition condition = Ops46(std::move(name), std::move(description), 50);
  condition.brain.perturbations = {{kAdapting, kind, share}};
  condition.phases.push_back({kAdapting, adapting_trials, true});
  condition.published = std::move(published);
  return condition;
}

Condition Delayed(Condition condition, int delay_ms, std::vector<PublishedFigure> published) {
  OpsParams user;
  user.visual_delay_ns = delay_ms * std::int64_t{1'000'000};
  condition.brain.user = user;
  condition.published = std::move(published);
  return condition;
}

/// A user with a model of the arm, and neurons that saturate. `delay_ms`: of eye and reaction.
Condition Exponential(std::string name, std::string description, int delay_ms) {
  Condition condition;
  condition.name = std::move(name);
  condition.description = std::move(description);
  DelayedUserParams user;
  user.visual_delay_ns = delay_ms * std::int64_t{1'000'000};
  user.reaction_time_ns = user.visual_delay_ns;
  condition.brain = {user, ExponentialTuningParams{}, {}};
  condition.num_neurons = subject::kDefaultNumNeurons;
  condition.phases = {{kLearning, 50, true}};
  return condition;
}

/// Preferred directions turn with the shoulder (posture.h), which turns by as much as it comfortably does
/// to either side; three places to the left, ahead and to the right are those of Caminiti et al.
/// Twice the trials, for there is more to learn.
Condition AtPlaces(Condition condition, int num_places) {
  condition.posture = {1.0, 0.2, 0.3};
  condition.max_shoulder_turn_rad = std::numbers::pi / 3;
  condition.num_places = num_places;
  condition.phases.front().num_trials *= 2;
  return condition;
}

void AddOpsConditions(std::vector<Condition>* all) {
  all->push_back(Ops46("ops46_10", "46 noisy neurons, from nothing, 10 learning trials", 10));
  all->back().published = {{kSpiking, "0.86"}, {kLinear, "0.848 / 0.829"}};
  all->push_back(Ops46("ops46_50", "46 noisy neurons, from nothing, 50 learning trials", 50));
  all->back().published = {{kSpiking, "0.86"}, {kLinear, "0.834 / 0.829"}};
  all->push_back(Perturbed("loss60", "60 % of the neurons lost, 50 trials to adapt",
                           PerturbationKind::kLoss, 0.6, 50,
                           {{kSpiking, "1.00"}, {kLinear, "0.849 / 0.850"}}));
  all->push_back(Perturbed("loss90", "90 % of the neurons lost, 50 trials to adapt",
                           PerturbationKind::kLoss, 0.9, 50,
                           {{kSpiking, "1.73"}, {kLinear, "0.93-1.00 / 0.911"}}));
  all->push_back(Perturbed("shift60", "60 % of preferred directions redrawn, 50 trials to adapt",
                           PerturbationKind::kShift, 0.6, 50,
                           {{kSpiking, "1.10"}, {kLinear, "0.833 / 0.830"}}));
  all->push_back(Perturbed("shift90", "90 % of preferred directions redrawn, 50 trials to adapt",
                           PerturbationKind::kShift, 0.9, 50,
                           {{kSpiking, "1.70"}, {kLinear, "0.833 / 0.830"}}));
  all->push_back(Perturbed("drift60", "rates of 60 % of the neurons fall over 100 learning trials",
                           PerturbationKind::kDrift, 0.6, subject::kDriftTrials,
                           {{kSpiking, "0.96"}, {kLinear, "0.845 / 0.844"}}));
  all->push_back(Perturbed("drift90", "rates of 90 % of the neurons fall over 100 learning trials",
                           PerturbationKind::kDrift, 0.9, subject::kDriftTrials,
                           {{kSpiking, "1.02"}, {kLinear, "0.867 / 0.871"}}));
  all->push_back(Ops46("reward", "46 noisy neurons, taught by reward alone, no target known", 50));
  all->back().taught_by_reward = true;
}

void AddDelayConditions(std::vector<Condition>* all) {
  constexpr const char* kNlms = "linear NLMS, output leak 0.95, frozen";
  const auto loss = [](std::string name, std::string description) {
    return Perturbed(std::move(name), std::move(description), PerturbationKind::kLoss, 0.6, 50, {});
  };
  all->push_back(Delayed(Ops46("delay100", "46 noisy neurons, seen 100 ms late", 50), 100,
                         {{kNlms, "0.848"}}));
  all->push_back(Delayed(Ops46("delay150", "46 noisy neurons, seen 150 ms late", 50), 150,
                         {{kNlms, "0.880"}}));
  all->push_back(Delayed(loss("delay100_loss60", "60 % lost, seen 100 ms late, 50 to adapt"), 100,
                         {{kNlms, "0.868"}}));
  all->push_back(Delayed(loss("delay150_loss60", "60 % lost, seen 150 ms late, 50 to adapt"), 150,
                         {{kNlms, "0.991"}}));
}

/// What is reached without anything to decode.
void AddControls(std::vector<Condition>* all) {
  all->push_back(Ops46("silence", "every neuron silent: what a dead brain reaches", 50));
  all->back().silent = true;
  all->push_back(Ops46("untuned", "neurons fire at random: what chance reaches", 50));
  all->back().untuned = true;
  all->push_back(Delayed(Ops46("untuned_late", "the same, seen 150 ms late", 50), 150, {}));
  all->back().untuned = true;
}

void AddNonlinearConditions(std::vector<Condition>* all) {
  all->push_back(Exponential("saturating", "exponential tuning with speed gain, saturating", 0));
  all->push_back(Exponential("delayed_user", "seen 200 ms late by a user who predicts", 200));
  all->push_back(AtPlaces(
      Exponential("posture",
                  "a user who predicts, three places: preferred directions turn with the arm", 200),
      3));
  all->push_back(
      AtPlaces(Exponential("posture_anywhere",
                           "the same, anywhere between the outer two of the places", 200),
               0));
  all->push_back(
      AtPlaces(Exponential("three_d", "as posture, an arm that reaches in space", 200), 3));
  all->back().num_dimensions = 3;
}

Condition FromFile(const PopulationFile& file) {
  Condition condition;
  condition.name = file.name;
  condition.description = "the population of " + file.name + ", 50 learning trials";
  condition.brain = {OpsParams{}, RectifiedTuningParams{}, {}};
  condition.phases = {{kLearning, 50, true}};
  try {
    condition.population = subject::LoadPopulation(file.path);
  } catch (const std::exception& e) {
    throw InputError(e.what());
  }
  condition.num_neurons = static_cast<int>(condition.population->size());
  if (file.name.starts_with("gc_neuron")) {
    condition.published = {{"published networks, trained offline", "EGRU 0.87-0.95, LSTM 0.82"},
                           {"ridge and integrator, trained offline", "0.808"}};
  }
  return condition;
}

}  // namespace

std::vector<Condition> AllConditions(const std::vector<PopulationFile>& files,
                                     const ConditionLengths& lengths) {
  std::vector<Condition> all;
  all.reserve(files.size());
  for (const PopulationFile& file : files) all.push_back(FromFile(file));
  AddOpsConditions(&all);
  AddDelayConditions(&all);
  AddNonlinearConditions(&all);
  AddControls(&all);
  for (Condition& condition : all) {
    for (Phase& phase : condition.phases) {
      const double trials = lengths.learning_share * phase.num_trials;
      phase.num_trials = std::max(1, static_cast<int>(std::lround(trials)));
    }
    condition.phases.push_back({"test", lengths.test_trials, false});
  }
  return all;
}

std::vector<Condition> ChooseConditions(const std::vector<Condition>& all,
                                        const std::string& comma_list) {
  std::vector<Condition> chosen;
  std::istringstream names(comma_list);
  for (std::string name; std::getline(names, name, ',');) {
    const auto named = [&name](const Condition& condition) { return condition.name == name; };
    if (std::any_of(chosen.begin(), chosen.end(), named)) {
      throw InputError(fmt::format("--conditions: `{}` is there twice", name));
    }
    const auto found = std::find_if(all.begin(), all.end(), named);
    if (found == all.end()) {
      std::string known;
      for (const Condition& c : all) known += (known.empty() ? "" : ", ") + c.name;
      throw InputError(
          fmt::format("--conditions: there is no condition `{}`; there are {}", name, known));
    }
    chosen.push_back(*found);
  }
  return chosen.empty() ? all : chosen;
}

}  // namespace efferent::closed_loop
