#include "decoder/snn/readout_mixture.h"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cmath>
#include <random>

namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;
constexpr int kFeatures = 9;  // with the constant
constexpr int kDirect = 5;
constexpr int kTrialBins = 30;

ReadoutMixtureParams Params() {
  ReadoutMixtureParams params;
  params.num_memories = 3;
  params.slowest_half_life_s = 100.0;
  params.half_life_ratio = 0.14;
  params.ridge = 1.0;
  params.score_tau_s = 1.0;
  params.temperature = 0.1;
  return params;
}

ReadoutMixture Make(const ReadoutMixtureParams& params, int num_direct = kDirect) {
  return ReadoutMixture(params, kFeatures, num_direct, 2, kWidth, kernels::Kernels());
}

/// Trials towards one direction each: phi = W v + noise, v a unit vector.
struct World {
  std::mt19937_64 random{11};
  std::normal_distribution<double> normal;
  Eigen::MatrixXd tuning = Eigen::MatrixXd::Zero(kFeatures, 2);
  double noise = 0.5;
  Eigen::VectorXd phi = Eigen::VectorXd::Ones(kFeatures);
  Eigen::VectorXd velocity = Eigen::VectorXd::Zero(2);

  World() { Redraw(); }
  void Redraw() {
    for (int i = 0; i + 1 < kFeatures; ++i) tuning.row(i) << normal(random), normal(random);
  }
  void NewTrial() {
    velocity << normal(random), normal(random);
    velocity.normalize();
  }
  void Advance() {
    for (int i = 0; i + 1 < kFeatures; ++i) {
      phi[i] = tuning.row(i).dot(velocity) + noise * normal(random);
    }
  }
};

const auto kTellNothing = [](const auto& /*world*/, ReadoutMixture* /*mixture*/) {};

/// Mean squared error over trials, each scored with what was known when it began. `tell`: before each bin.
template <class AnyWorld, class Tell = decltype(kTellNothing)>
double Train(ReadoutMixture* mixture, AnyWorld* world, int trials, bool learn = true,
             const Tell& tell = kTellNothing) {
  double sum = 0.0;
  for (int trial = 0; trial < trials; ++trial) {
    world->NewTrial();
    mixture->OnTrialStart();
    ReadoutMixture scored = *mixture;
    for (int k = 0; k < kTrialBins; ++k) {
      world->Advance();
      tell(*world, &scored);
      tell(*world, mixture);
      sum += (scored.Respond(world->phi) - world->velocity).squaredNorm();
      mixture->Respond(world->phi);
      if (learn) mixture->Learn(world->velocity, world->velocity, 1.0);
    }
  }
  return sum / (trials * kTrialBins);
}

TEST(ReadoutMixture, SaysNothingBeforeTheFirstLabel) {
  ReadoutMixture mixture = Make(Params());
  mixture.OnTrialStart();
  EXPECT_EQ(mixture.Respond(Eigen::VectorXd::Ones(kFeatures)), Eigen::VectorXd::Zero(2));
}

TEST(ReadoutMixture, HasAMemberOfEachKindForEachMemory) {
  EXPECT_EQ(Make(Params()).shares().size(), 9);
  EXPECT_EQ(Make(Params(), 0).shares().size(), 3);
  EXPECT_NEAR(Make(Params()).shares().sum(), 1.0, 1e-12);
}

TEST(ReadoutMixture, InASteadyWorldTheLongestMemoryThatSeesAllHasTheLargestShare) {
  ReadoutMixture mixture = Make(Params());
  World world;
  Train(&mixture, &world, 200);
  Eigen::Index largest = 0;
  mixture.shares().maxCoeff(&largest);
  EXPECT_EQ(largest, 0) << mixture.shares().transpose();
}

TEST(ReadoutMixture, AfterAChangeShortMemoriesTakeOver) {
  ReadoutMixture mixture = Make(Params());
  World world;
  Train(&mixture, &world, 200);
  const double long_before = mixture.shares()[0];
  world.Redraw();
  Train(&mixture, &world, 12);
  mixture.OnTrialStart();
  EXPECT_LT(mixture.shares()[0], 0.5 * long_before) << mixture.shares().transpose();
  EXPECT_GT(mixture.shares()[2], mixture.shares()[0]);
}

TEST(ReadoutMixture, AfterAChangeItDecodesBetterThanItsLongestMemoryAlone) {
  ReadoutMixtureParams params = Params();
  ReadoutMixture mixture = Make(params);
  params.num_memories = 1;
  ReadoutMixture single = Make(params);
  World world, same;
  Train(&mixture, &world, 200);
  Train(&single, &same, 200);
  world.Redraw();
  same.Redraw();
  EXPECT_LT(Train(&mixture, &world, 30), 0.5 * Train(&single, &same, 30));
}

TEST(ReadoutMixture, WhoRemembersOnlyThisTrialIsNotTakenForGood) {
  // A memory of a fifth of a second learns the target of the trial as a constant. Were it scored by
  // what it says within the trial, nothing would beat it.
  ReadoutMixtureParams params = Params();
  params.num_memories = 2;
  params.half_life_ratio = 0.001;
  ReadoutMixture mixture = Make(params, 0);
  World world;
  world.noise = 3.0;
  Train(&mixture, &world, 200);
  EXPECT_GT(mixture.shares()[0], 0.9) << mixture.shares().transpose();
}

TEST(ReadoutMixture, LabelsWithoutTrialsAreScoredAllTheSame) {
  ReadoutMixture mixture = Make(Params());
  World world;
  for (int k = 0; k < 5000; ++k) {
    world.NewTrial();
    world.Advance();
    mixture.Respond(world.phi);
    mixture.Learn(world.velocity, world.velocity, 1.0);
  }
  EXPECT_GT(mixture.shares()[0], 1.0 / 6.0 + 0.01) << mixture.shares().transpose();
}

TEST(ReadoutMixture, OneLongTrialDoesNotOutweighManyShortOnes) {
  // A few trials of one world, then four seconds towards one target in another (the subject
  // struggles). What was learnt of the first world suffers less if those labels count less.
  const auto error_afterwards = [](double redundancy_s) {
    ReadoutMixtureParams params = Params();
    params.redundancy_s = redundancy_s;
    params.num_memories = 1;
    ReadoutMixture mixture = Make(params, 0);
    World world;
    world.noise = 2.0;
    Train(&mixture, &world, 6);
    World other = world;
    other.Redraw();
    other.NewTrial();
    mixture.OnTrialStart();
    for (int k = 0; k < 200; ++k) {
      other.Advance();
      mixture.Respond(other.phi);
      mixture.Learn(other.velocity, other.velocity, 1.0);
    }
    return Train(&mixture, &world, 50, false);
  };
  EXPECT_LT(error_afterwards(0.2), 0.9 * error_afterwards(0.0));
}

TEST(ReadoutMixture, LearnsHowMuchSmoothingPays) {
  // Slow targets in much noise: the filtered output is worth more than the raw one.
  ReadoutMixtureParams params = Params();
  ReadoutMixture raw = Make(params);
  params.output_filter_tau_s = 0.2;
  ReadoutMixture filtered = Make(params);
  World world, same;
  world.noise = same.noise = 3.0;
  Train(&raw, &world, 200);
  Train(&filtered, &same, 200);
  EXPECT_LT(Train(&filtered, &same, 50), 0.8 * Train(&raw, &world, 50));
}

/// A world whose tuning turns with posture g, in [-1, 1]: phi = W R(1.2 g) v + noise.
struct TurningWorld : World {
  Eigen::VectorXd gains = Eigen::VectorXd::Zero(2);

  void NewTrial() {
    World::NewTrial();
    gains[0] = std::uniform_real_distribution<double>(-1.0, 1.0)(random);
  }
  void Advance() {
    const Eigen::VectorXd meant = velocity;
    velocity = Eigen::Rotation2Dd(1.2 * gains[0]) * Eigen::Vector2d(meant);
    World::Advance();
    velocity = meant;
  }
};

/// Tells posture before each bin.
const auto kTell = [](const TurningWorld& world, ReadoutMixture* mixture) {
  mixture->SetPosture(world.gains);
};

TEST(ReadoutMixture, GainFieldsFollowATuningThatTurnsWithPosture) {
  ReadoutMixture told = Make(Params()), untold = Make(Params());
  TurningWorld world, same;
  Train(&told, &world, 300, true, kTell);
  Train(&untold, &same, 300);
  EXPECT_LT(Train(&told, &world, 100, true, kTell), 0.6 * Train(&untold, &same, 100));
  EXPECT_GT(told.shares().tail(3).sum(), 0.5) << told.shares().transpose();
}

TEST(ReadoutMixture, GainFieldsHaveNoSayWhilePostureIsUnknown) {
  ReadoutMixture mixture = Make(Params());
  World world;
  Train(&mixture, &world, 20);
  mixture.OnTrialStart();
  EXPECT_EQ(mixture.shares().tail(3), Eigen::VectorXd::Zero(3));
  // Told in the middle of a session they have learnt nothing yet, and do not spoil what is known.
  world.Advance();
  const Eigen::VectorXd before = mixture.Respond(world.phi);
  mixture.SetPosture(Eigen::VectorXd::Ones(2));
  EXPECT_EQ(mixture.Respond(world.phi), before);
}

TEST(ReadoutMixture, PostureAloneSaysNothing) {
  // Labels that posture predicts, and features that are silent.
  ReadoutMixture mixture = Make(Params());
  Eigen::VectorXd silent = Eigen::VectorXd::Zero(kFeatures);
  silent[kFeatures - 1] = 1.0;
  const Eigen::VectorXd one = Eigen::VectorXd::Ones(2);
  for (int k = 0; k < 2000; ++k) {
    const double sign = k / 10 % 2 == 0 ? 1.0 : -1.0;
    mixture.SetPosture(sign * one);
    mixture.Respond(silent);
    mixture.Learn(sign * one, sign * one, 1.0);
  }
  mixture.SetPosture(one);
  const Eigen::VectorXd there = mixture.Respond(silent);
  mixture.SetPosture(-one);
  EXPECT_EQ(mixture.Respond(silent), there);
}

TEST(ReadoutMixture, BeyondABoundThereAreNoGainFields) {
  // 171 features with the constant, 2 x 170 modulated ones: 511. One more channel is too much.
  const auto members = [](int num_direct) {
    return ReadoutMixture(Params(), num_direct, num_direct, 2, kWidth, kernels::Kernels())
        .shares()
        .size();
  };
  EXPECT_EQ(members(171), 9);
  EXPECT_EQ(members(172), 6);
}

/// Labelled bins until the first member's weights change.
int BinsToLearn(int num_features, TimeNs bin_width_ns) {
  ReadoutMixture mixture(Params(), num_features, 0, 2, bin_width_ns, kernels::Kernels());
  const Eigen::VectorXd phi = Eigen::VectorXd::Ones(num_features);
  int bins = 0;
  while (mixture.slow_weights().isZero(0.0) && bins < 100) {
    mixture.Respond(phi);
    mixture.Learn(Eigen::Vector2d(1.0, 0.0), Eigen::Vector2d(1.0, 0.0), 1.0);
    ++bins;
  }
  return bins;
}

TEST(ReadoutMixture, LearningThatWouldTakeTooMuchOfABinIsSpreadOverSeveral) {
  // Three matrices of 81 x 82 / 2 tiles of 128 bytes: 1.28 MB, of which a bin of 1 ms may go through 0.25.
  const auto bins_to_learn = [](TimeNs bin_width_ns) { return BinsToLearn(321, bin_width_ns); };
  EXPECT_EQ(bins_to_learn(1'000'000), 6);
  EXPECT_EQ(bins_to_learn(4'000'000), 2);
  EXPECT_EQ(bins_to_learn(100'000'000), 1);
}

TEST(ReadoutMixture, LabelledBinsWaitForOneAnotherButNotForLong) {
  const auto bins_to_learn = [](TimeNs bin_width_ns) {
    return BinsToLearn(kFeatures, bin_width_ns);
  };
  EXPECT_EQ(bins_to_learn(100'000'000), 1);
  EXPECT_EQ(bins_to_learn(45'000'000), 1);
  EXPECT_LE(bins_to_learn(40'000'000), 2);
  EXPECT_LE(bins_to_learn(10'000'000), 4);
  EXPECT_GT(bins_to_learn(10'000'000), 1);
}

TEST(ReadoutMixture, ACopyOfTheWeightsDecodesTheSame) {
  ReadoutMixture mixture = Make(Params()), copy = Make(Params());
  World world;
  mixture.SetPosture(Eigen::Vector2d(0.5, -0.5));
  Train(&mixture, &world, 20);
  copy.CopyWeightsFrom(mixture);
  mixture.OnTrialStart();
  copy.OnTrialStart();
  world.Advance();
  for (ReadoutMixture* m : {&mixture, &copy}) m->SetPosture(Eigen::Vector2d(-0.3, 0.2));
  EXPECT_EQ(copy.Respond(world.phi), mixture.Respond(world.phi));
  EXPECT_EQ(copy.shares(), mixture.shares());
}

TEST(ReadoutMixture, WeightsThatAreNotFiniteAreSeen) {
  ReadoutMixture mixture = Make(Params());
  EXPECT_TRUE(mixture.IsHealthy());
  mixture.OnTrialStart();
  mixture.Respond(Eigen::VectorXd::Ones(kFeatures));
  mixture.Learn(Eigen::VectorXd::Constant(2, NAN), Eigen::VectorXd::Ones(2), 1.0);
  EXPECT_FALSE(mixture.IsHealthy());
}

}  // namespace
}  // namespace efferent
