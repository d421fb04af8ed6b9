#include "clients/evaluation/closed_loop/experiment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "clients/subject/posture.h"

namespace efferent::closed_loop {
namespace {

using subject::Vec3;

/// Does what the user wants but for the trials in `idle`, and keeps what came.
class Probe final : public Pilot {
 public:
  explicit Probe(std::vector<int> idle = {}) : idle_(std::move(idle)) {}

  void OnTrialStart() override {
    spikes_of_trial.emplace_back();
    start_times_ns.push_back(-1);
  }
  void OnTrialStop() override { ++num_stops; }
  void SetLearning(bool enabled) override { learning.push_back(enabled); }
  Vec3 Steer(const subject::Observation& seen, const subject::Brain& brain,
             const std::vector<subject::SpikeEvent>& spikes) override {
    std::int64_t& start_ns = start_times_ns.back();
    if (start_ns < 0) start_ns = seen.time_ns;
    for (const subject::SpikeEvent& s : spikes) {
      spikes_of_trial.back().push_back({s.time_ns - start_ns, s.channel});
    }
    targets_m.push_back(seen.target->position_m);
    centers_m.push_back(seen.task_center_m);
    const int trial = static_cast<int>(spikes_of_trial.size()) - 1;
    if (std::count(idle_.begin(), idle_.end(), trial) > 0) return Vec3::Zero();
    return brain.user().Obey(brain.intent(), seen.velocity_m_s, kBinWidthNs);
  }

  using SpikesOfTrial = std::vector<std::pair<std::int64_t, std::uint32_t>>;
  std::vector<SpikesOfTrial> spikes_of_trial;  // times since the start of the trial
  std::vector<std::int64_t> start_times_ns;
  std::vector<Vec3> targets_m, centers_m;
  std::vector<bool> learning;
  int num_stops = 0;

 private:
  std::vector<int> idle_;
};

Condition NoisyOps(std::vector<Phase> phases) {
  Condition condition;
  condition.name = "noisy";
  subject::RectifiedTuningParams tuning;
  tuning.rate_noise = 0.3;
  condition.brain = {subject::OpsParams{}, tuning, {}};
  condition.num_neurons = 46;
  condition.phases = std::move(phases);
  return condition;
}

Condition Exponential(int num_dimensions) {
  Condition condition = NoisyOps({{"learning", 3, true}, {"test", 3, false}});
  condition.brain = {subject::DelayedUserParams{}, subject::ExponentialTuningParams{}, {}};
  condition.num_dimensions = num_dimensions;
  return condition;
}

// 0.81 s, of which the hold takes 0.5 s; here the hold begins with the bin after the one that entered.
TEST(Experiment, ObeyedIntentSitsAtTheFloorOfTheTask) {
  Probe probe;
  const auto results = RunExperiment(NoisyOps({{"test", 50, false}}), 1, &probe);
  ASSERT_EQ(results.size(), 50u);
  for (const TrialResult& trial : results) {
    EXPECT_TRUE(trial.success);
    EXPECT_NEAR(trial.time_s, 0.82, 0.011);
    EXPECT_EQ(trial.start_m, Eigen::Vector3d::Zero());
    EXPECT_NEAR(trial.target_m.norm(), 0.08, 1e-12);
  }
}

TEST(Experiment, AFailedTrialTakesTheLimit) {
  Probe probe({0});
  const auto results = RunExperiment(NoisyOps({{"test", 1, false}}), 1, &probe);
  EXPECT_FALSE(results[0].success);
  EXPECT_EQ(results[0].time_s, 3.0);
}

TEST(Experiment, SameIntentsMeetTheSameSpikesWhateverHappenedBefore) {
  for (const Condition& condition :
       {NoisyOps({{"learning", 3, true}, {"test", 3, false}}), Exponential(2), Exponential(3)}) {
    Probe diligent, lazy({0, 2});
    RunExperiment(condition, 7, &diligent);
    RunExperiment(condition, 7, &lazy);
    for (const std::size_t trial : {1, 3, 4, 5}) {
      EXPECT_FALSE(diligent.spikes_of_trial[trial].empty());
      EXPECT_EQ(diligent.spikes_of_trial[trial], lazy.spikes_of_trial[trial]) << trial;
    }
    // The same targets, and other spikes where other things were wanted.
    EXPECT_NE(diligent.spikes_of_trial[0], lazy.spikes_of_trial[0]);
    EXPECT_NE(diligent.start_times_ns[1], lazy.start_times_ns[1]);
  }
}

TEST(Experiment, AnotherSeedMeansOtherTargetsAndNeurons) {
  const Condition condition = NoisyOps({{"test", 1, false}});
  Probe a, b;
  RunExperiment(condition, 1, &a);
  RunExperiment(condition, 2, &b);
  EXPECT_NE(a.targets_m[0], b.targets_m[0]);
  EXPECT_NE(PopulationOf(condition, 1)[0].max_rate_hz, PopulationOf(condition, 2)[0].max_rate_hz);
}

TEST(Experiment, NoTwoTrialsHaveTheSameNoise) {
  Probe probe({0, 1});  // Idle: both see a target at 8 cm for 3 s.
  RunExperiment(NoisyOps({{"test", 2, false}}), 1, &probe);
  EXPECT_NE(probe.spikes_of_trial[0], probe.spikes_of_trial[1]);
}

TEST(Experiment, LearningIsSwitchedByPhaseAndEveryTrialEnds) {
  Probe probe;
  const auto results =
      RunExperiment(NoisyOps({{"a", 2, true}, {"b", 1, true}, {"test", 3, false}}), 1, &probe);
  EXPECT_EQ(probe.learning, (std::vector<bool>{true, true, false}));
  EXPECT_EQ(probe.num_stops, 6);
  std::vector<int> phases;
  for (const TrialResult& trial : results) phases.push_back(trial.phase);
  EXPECT_EQ(phases, (std::vector<int>{0, 0, 1, 2, 2, 2}));
}

TEST(Experiment, PerturbationsComeWithTheirPhaseAndAllSilentIsSilent) {
  const auto channels = [](const Probe::SpikesOfTrial& spikes) {
    std::vector<bool> heard(46, false);
    for (const auto& spike : spikes) heard[spike.second] = true;
    return std::count(heard.begin(), heard.end(), true);
  };
  Condition condition = NoisyOps({{"learning", 1, true}, {"adapting", 1, true}});
  condition.brain.perturbations = {{"adapting", subject::PerturbationKind::kLoss, 0.9}};
  Probe probe;
  RunExperiment(condition, 1, &probe);
  EXPECT_GT(channels(probe.spikes_of_trial[0]), 40);
  EXPECT_LE(channels(probe.spikes_of_trial[1]), 5);  // 46 - round(0.9 * 46)
  condition.silent = true;
  Probe dead;
  RunExperiment(condition, 1, &dead);
  EXPECT_EQ(channels(dead.spikes_of_trial[0]), 0);
}

TEST(Experiment, UntunedNeuronsFireWhateverIsWanted) {
  Condition condition = NoisyOps({{"test", 20, false}});
  condition.untuned = true;
  // One does what is wanted, one nothing, so that they want different things.
  Probe diligent;
  std::vector<int> all(20);
  std::iota(all.begin(), all.end(), 0);
  Probe idle(all);
  const auto rate_hz = [&](Probe* probe) {
    double spikes = 0.0, seconds = 0.0;
    for (const TrialResult& trial : RunExperiment(condition, 1, probe)) seconds += trial.time_s;
    for (const auto& trial : probe->spikes_of_trial) spikes += static_cast<double>(trial.size());
    return spikes / seconds / 46.0;
  };
  const double rate = rate_hz(&diligent);
  EXPECT_GT(rate, 3.0);
  EXPECT_NEAR(rate_hz(&idle), rate, 0.05 * rate);
}

TEST(Experiment, InSpaceTargetsLeaveThePlaneAndAreReached) {
  Condition condition = Exponential(3);
  condition.phases = {{"test", 30, false}};
  Probe probe;
  double highest = 0.0;
  for (const TrialResult& trial : RunExperiment(condition, 5, &probe)) {
    EXPECT_TRUE(trial.success);
    EXPECT_NEAR(trial.target_m.norm(), 0.08, 1e-12);
    highest = std::max(highest, std::abs(trial.target_m.z()));
  }
  EXPECT_GT(highest, 0.06);
}

TEST(Experiment, TheTaskIsDoneAtEveryPlaceAndPositionsAreFromItsCentre) {
  Condition condition = NoisyOps({{"test", 30, false}});
  condition.max_shoulder_turn_rad = 0.5;
  condition.num_places = 3;
  Probe probe;
  for (const TrialResult& trial : RunExperiment(condition, 1, &probe)) {
    EXPECT_EQ(trial.start_m, Eigen::Vector3d::Zero());
    EXPECT_TRUE(trial.success);
  }
  std::set<double> places;
  for (const Vec3& center : probe.centers_m) places.insert(center.x());
  EXPECT_EQ(places.size(), 3u);
  // 0.45 sin(0.5) = 0.2157 to either side.
  EXPECT_NEAR(*places.begin(), -0.2157, 1e-4);
  EXPECT_NEAR(*places.rbegin(), 0.2157, 1e-4);
}

TEST(Experiment, TheTaskIsDoneAnywhereIfThereAreNoPlaces) {
  Condition condition = NoisyOps({{"test", 200, false}});
  condition.max_shoulder_turn_rad = 0.5;
  condition.num_places = 0;
  Probe probe;
  RunExperiment(condition, 1, &probe);
  std::set<double> turns;
  for (const Vec3& center : probe.centers_m) turns.insert(subject::ShoulderTurnRad(center));
  EXPECT_EQ(turns.size(), 200u);
  EXPECT_GE(*turns.begin(), -0.5);
  EXPECT_LE(*turns.rbegin(), 0.5);
  double mean = 0.0;
  for (const double turn : turns) mean += std::abs(turn) / 200.0;
  EXPECT_NEAR(mean, 0.25, 0.03);
}

// The hand at one place of the task, the target of that place: what a decoder is told.
TEST(Pilot, DecodersKnowWhereTheArmIsAndNotOnlyWhereItIsInTheTask) {
  subject::Observation seen;
  seen.task_center_m = {0.3, -0.1, 0.0};
  seen.position_m = {0.01, 0.02, 0.0};
  seen.target = subject::Target{{0.08, 0.0, 0.0}, 0.025};
  const BehaviorSample behavior = ToBehavior(seen);
  EXPECT_TRUE(behavior.position_m->isApprox(TaskVector(0.31, -0.08)));
  EXPECT_TRUE(behavior.target_position_m->isApprox(TaskVector(0.38, -0.1)));
}

// 0.77 s if the label is obeyed at once (README); a user who reacts after 200 ms takes as much longer.
TEST(Pilot, LabelItselfDoesNotKnowOfATargetBeforeTheUserDoes) {
  Condition condition = Exponential(2);
  condition.phases = {{"test", 20, false}};
  const auto pilot = MakeLabelPilot(condition);
  for (const TrialResult& trial : RunExperiment(condition, 1, pilot.get())) {
    EXPECT_NEAR(trial.time_s, 0.97, 0.011);
  }
}

TEST(Experiment, PostureGainsAreDrawnOnlyWhereTheyAreAskedFor) {
  Condition condition = NoisyOps({{"test", 1, false}});
  for (const auto& n : PopulationOf(condition, 1)) EXPECT_EQ(n.posture_gain, 0.0);
  condition.posture = {1.0, 2.0, 0.0};
  for (const auto& n : PopulationOf(condition, 1)) EXPECT_NE(n.posture_gain, 0.0);
}

}  // namespace
}  // namespace efferent::closed_loop
