#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cstdio>
#include <random>

#include "clients/subject/brain_params.h"
#include "tests/closed_loop/point_cursor.h"

/// The task itself is right: users and populations with decoders as good as can be sit at the
/// task's floor.
namespace efferent::subject {
namespace {

constexpr TimeNs kBinNs = 10'000'000;
constexpr double kResponse = 0.3;  // k of the OPS task
constexpr double kMaxSpeed = 0.2;

// The floor of the task is 0.81 s, of which the hold takes 0.5 s (OPS task, NeuroBench, branch
// 2025_GC).
TEST(OpsTask, IntentDecodedWithoutErrorSitsAtTheFloor) {
  Vec3 velocity = Vec3::Zero();
  const TaskResult result =
      PointCursor({}, 1).Run(100, [&](const Observation& seen, bool start) -> Vec3 {
        if (start) velocity.setZero();
        velocity += kResponse * kMaxSpeed * OpsUser::Intent(seen, kMaxSpeed);
        return velocity;
      });
  RecordProperty("time_to_target_s", std::to_string(result.mean_time_s));
  EXPECT_EQ(result.num_successes, result.num_trials);
  EXPECT_NEAR(result.mean_time_s, 0.81, 0.02);
}

/// Ridge regression from one bin's spikes (and a constant) to the intent, fitted on random states
/// of the task.
class RidgeDecoder {
 public:
  RidgeDecoder(Brain* brain, std::size_t num_channels, int num_bins) {
    const auto n = static_cast<Eigen::Index>(num_channels + 1);
    Eigen::MatrixXd xx = 10.0 * Eigen::MatrixXd::Identity(n, n);
    Eigen::MatrixXd xy = Eigen::MatrixXd::Zero(n, 2);
    std::mt19937_64 random(99);
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    x_.resize(n);
    for (int k = 0; k < num_bins; ++k) {
      Observation state;
      state.time_ns = -(num_bins - k) * kBinNs;
      state.engaged = true;
      state.position_m = 0.1 * Vec3(uniform(random), uniform(random), 0.0);
      state.velocity_m_s = 0.1 * Vec3(uniform(random), uniform(random), 0.0);
      state.target = Target{0.1 * Vec3(uniform(random), uniform(random), 0.0), 0.025};
      SetFeatures(brain->Fire(state.time_ns, state));
      xx += x_ * x_.transpose();
      xy += x_ * OpsUser::Intent(state, kMaxSpeed).head<2>().transpose();
    }
    weights_ = xx.ldlt().solve(xy);
  }

  Vec3 Decode(const std::vector<SpikeEvent>& spikes) {
    SetFeatures(spikes);
    Vec3 decoded = Vec3::Zero();
    decoded.head<2>() = weights_.transpose() * x_;
    return decoded;
  }

 private:
  void SetFeatures(const std::vector<SpikeEvent>& spikes) {
    x_.setZero();
    for (const SpikeEvent& s : spikes) x_[s.channel] += 1.0;
    x_[x_.size() - 1] = 1.0;
  }

  Eigen::VectorXd x_;
  Eigen::MatrixXd weights_;
};

TaskResult RunRidge(int num_neurons, double rate_noise) {
  const Population population = DrawPopulation(num_neurons, 1);
  RectifiedTuningParams tuning;
  tuning.rate_noise = rate_noise;
  Brain brain = MakeBrain({OpsParams{}, tuning, {}}, population, kBinNs, 1);
  RidgeDecoder decoder(&brain, population.size(), 20'000);
  Vec3 velocity = Vec3::Zero();
  return PointCursor({}, 2).Run(100, [&](const Observation& seen, bool start) -> Vec3 {
    if (start) velocity.setZero();
    velocity += kResponse * kMaxSpeed * decoder.Decode(brain.Fire(seen.time_ns, seen));
    return velocity;
  });
}

// Ridge + integrator on the benchmark's own populations takes 0.808 s; the seeded ones must be no
// other task.
TEST(OpsTask, RidgeOnTheSpikesOfNinetySixNeuronsSitsAtTheFloor) {
  const TaskResult result = RunRidge(96, 0.0);
  RecordProperty("time_to_target_s", std::to_string(result.mean_time_s));
  EXPECT_EQ(result.num_successes, result.num_trials);
  EXPECT_NEAR(result.mean_time_s, 0.81, 0.03);
}

TEST(OpsTask, RidgeReachesEveryTargetInTheHarderSetting) {
  const TaskResult result = RunRidge(kHardSettingNumNeurons, 0.3);
  RecordProperty("time_to_target_s", std::to_string(result.mean_time_s));
  EXPECT_EQ(result.num_successes, result.num_trials);
  EXPECT_NEAR(result.mean_time_s, 0.82, 0.04);
}

/// The delayed user on the plant that it believes in, decoded without error.
TaskResult RunDelayed(const DelayedUserParams& params) {
  DelayedUser user(params, kBinNs);
  Vec3 velocity = Vec3::Zero();
  return PointCursor({}, 1).Run(50, [&](const Observation& seen, bool start) -> Vec3 {
    if (start) velocity.setZero();
    const Vec3 control = user.Intend(seen.time_ns, seen);
    if (!seen.engaged) return Vec3::Zero();
    velocity = user.Obey(control, velocity, kBinNs);
    return velocity;
  });
}

TEST(DelayedTask, PredictionMakesUpForTheVisualDelay) {
  const TaskResult late = RunDelayed({});
  DelayedUserParams at_once;
  at_once.visual_delay_ns = 0;
  const TaskResult undelayed = RunDelayed(at_once);
  RecordProperty("time_to_target_s", std::to_string(late.mean_time_s));
  EXPECT_EQ(late.num_successes, late.num_trials);
  EXPECT_EQ(undelayed.num_successes, undelayed.num_trials);
  // The same path to the last bit of rounding: the model is exact and both react after 200 ms.
  EXPECT_NEAR(late.mean_time_s, undelayed.mean_time_s, 1e-9);
  // Reaction 0.2 s, 5.5 cm at up to 0.18 m/s with 0.1 s to get going, hold 0.5 s.
  EXPECT_GT(late.mean_time_s, 0.2 + 0.055 / 0.18 + 0.5);
  EXPECT_LT(late.mean_time_s, 1.3);
}

}  // namespace
}  // namespace efferent::subject
