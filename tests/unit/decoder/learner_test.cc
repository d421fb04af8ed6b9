#include "decoder/learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "decoder/decoder_config.h"
#include "tests/unit/decoder/probe_decoder.h"

namespace efferent {
namespace {

using test::ProbeDecoder;

const Eigen::VectorXf kFeatures = Eigen::VectorXf::Zero(1);

Learner MakeLearner(LearningEffect effect, bool enabled = true) {
  LearnerParams params;
  params.num_channels = 1;
  params.bin_width_ns = 10'000'000;
  params.effect = effect;
  params.enabled = enabled;
  return Learner(std::make_unique<ProbeDecoder>(1.0), params);
}

double Decoded(Learner* learner) { return learner->Decode(kFeatures).value().x(); }

bool Teach(Learner* learner, double x) { return learner->Learn(TaskVector(x, 0.0, 0.0)); }

TEST(Learner, WithEffectAtTheBinTheNextBinKnows) {
  Learner learner = MakeLearner(LearningEffect::kBin);
  EXPECT_EQ(Decoded(&learner), 1.0);
  EXPECT_TRUE(Teach(&learner, 2.0));
  EXPECT_EQ(Decoded(&learner), 2.0);
}

TEST(Learner, WithEffectAtTheTrialsEndTheWholeTrialIsDecodedWithWhatWasKnownBefore) {
  Learner learner = MakeLearner(LearningEffect::kTrialEnd);
  learner.OnTrialStart();
  for (int bin = 0; bin < 5; ++bin) {
    EXPECT_EQ(Decoded(&learner), 1.0);
    Teach(&learner, 2.0 + bin);
  }
  learner.OnTrialStop();
  EXPECT_EQ(Decoded(&learner), 6.0);
}

TEST(Learner, FrozenItLearnsNothingAndStillReportsItsError) {
  Learner learner = MakeLearner(LearningEffect::kBin, false);
  Decoded(&learner);
  EXPECT_FALSE(Teach(&learner, 3.0));
  EXPECT_EQ(Decoded(&learner), 1.0);
  EXPECT_EQ(learner.learned_bin_count(), 0u);
  EXPECT_EQ(learner.mean_squared_error(), 4.0);
}

TEST(Learner, FreezingInTheMiddleOfATrialKeepsWhatWasLearnt) {
  Learner learner = MakeLearner(LearningEffect::kTrialEnd);
  Decoded(&learner);
  Teach(&learner, 7.0);
  learner.SetEnabled(false);
  EXPECT_EQ(Decoded(&learner), 7.0);
}

TEST(Learner, ResultThatIsNotFiniteRollsBackAndFreezes) {
  Learner learner = MakeLearner(LearningEffect::kBin);
  learner.OnTrialStart();
  Decoded(&learner);
  Teach(&learner, 5.0);
  learner.OnTrialStop();
  Decoded(&learner);
  Teach(&learner, 13.0);  // spoilt
  EXPECT_FALSE(learner.Decode(kFeatures));
  EXPECT_EQ(learner.rollback_count(), 1u);
  EXPECT_FALSE(learner.enabled());
  EXPECT_EQ(Decoded(&learner), 5.0) << "the last good weight";
}

TEST(Learner, SpoiltTwinNeverReachesTheDriver) {
  Learner learner = MakeLearner(LearningEffect::kTrialEnd);
  Decoded(&learner);
  Teach(&learner, 13.0);
  learner.OnTrialStop();
  EXPECT_EQ(learner.rollback_count(), 1u);
  EXPECT_EQ(Decoded(&learner), 1.0);
}

/// Says its weight times the label-to-come, with noise; what it learns spoils it, a little with each label.
class SpoiledByLearning final : public Decoder {
 public:
  std::string_view name() const override { return "spoiled"; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override {
    return {weight_ * static_cast<double>(features[0]) + 0.05 * static_cast<double>(features[1]),
            0.0, 0.0};
  }
  void Learn(const std::optional<TaskVector>& label) noexcept override {
    if (label) weight_ -= step;
  }
  void ResetActivity() noexcept override {}
  void CopyWeightsFrom(const Decoder& other) noexcept override {
    weight_ = static_cast<const SpoiledByLearning&>(other).weight_;
  }
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return true; }
  void VisitState(StateVisitor& /*visitor*/) override {}
  std::unique_ptr<Decoder> Clone() const override {
    return std::make_unique<SpoiledByLearning>(*this);
  }

  static inline double step = 0.0;

 private:
  double weight_ = 1.0;
};

/// Mean squared errors of a learner and of what it was at first, in windows of the guard's length.
struct Windows {
  std::vector<double> learner, frozen;
};

Windows ErrorsOf(Learner* learner, int num_windows, const GuardParams& guard) {
  SpoiledByLearning frozen;
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  Windows windows;
  for (int window = 0; window < num_windows; ++window) {
    // Agreement has been proven before learning spoils anything.
    SpoiledByLearning::step = window >= 3 ? 2e-3 : 0.0;
    const int bins = static_cast<int>(guard.excess_error_s * 100.0);
    double learner_error = 0.0, frozen_error = 0.0;
    for (int bin = 0; bin < bins; ++bin) {
      const Eigen::VectorXf features = Eigen::Vector2f(0.2f * normal(random), normal(random));
      const TaskVector label(static_cast<double>(features[0]), 0.0, 0.0);
      learner_error += (learner->Decode(features).value() - label).squaredNorm() / bins;
      frozen_error += (frozen.Decode(features) - label).squaredNorm() / bins;
      learner->Learn(label);
    }
    windows.learner.push_back(learner_error);
    windows.frozen.push_back(frozen_error);
  }
  return windows;
}

/// A network that is told to fire all the time, and learns fast.
Learner MakeExploding(LearningEffect effect, const GuardParams& guard) {
  SnnParams snn;
  snn.target_rate_hz = 1e3;
  snn.rate_regularization = 1.0;
  snn.learning_rate = 0.01;
  LearnerParams params;
  params.num_channels = 8;
  params.bin_width_ns = 20'000'000;
  params.effect = effect;
  params.guard = guard;
  return Learner(MakeDecoder(snn, {8, 2, params.bin_width_ns}), params);
}

/// Rate of the driver's neurons once it has learnt for a minute.
double RateAfterAMinute(Learner* learner) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (int bin = 0; bin < 3'000; ++bin) {
    learner->Decode(Eigen::VectorXf::NullaryExpr(8, [&] { return normal(random); }));
    learner->Learn(TaskVector(0.1, 0.0, 0.0));
    if (bin % 50 == 49) learner->OnTrialStop();
  }
  return learner->decoder().firing_rate_hz().value();
}

TEST(Learner, LearningThatMakesNeuronsFireWithoutRestraintIsRolledBackAndFrozen) {
  for (const LearningEffect effect : {LearningEffect::kBin, LearningEffect::kTrialEnd}) {
    Learner learner = MakeExploding(effect, GuardParams());
    EXPECT_LT(RateAfterAMinute(&learner), 60.0);
    EXPECT_EQ(learner.guard_rollback_count(), 1u);
    EXPECT_EQ(learner.guard_rollback_reason(), RollbackReason::kRatesExplode);
    EXPECT_FALSE(learner.enabled());
  }
}

TEST(Learner, RatesMayBeAnyIfTheGuardIsToldSo) {
  GuardParams guard;
  guard.max_firing_rate_hz = 1e4;
  Learner learner = MakeExploding(LearningEffect::kBin, guard);
  EXPECT_GT(RateAfterAMinute(&learner), 60.0);
  EXPECT_EQ(learner.guard_rollback_count(), 0u);
}

// 96 neurons at 30 Hz, tuned to a velocity that turns once in two seconds.
TEST(Learner, BinsOfAMillisecondDoNotMakeNeuronsFireWithoutRestraint) {
  constexpr int kChannels = 96, kBins = 6'000;
  constexpr double kSpikesPerBin = 0.03, kDepth = 0.7;
  LearnerParams params;
  params.num_channels = kChannels;
  params.bin_width_ns = 1'000'000;
  Learner learner(MakeDecoder(SnnParams(), {kChannels, 2, params.bin_width_ns}), params);
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform;
  for (int bin = 0; bin < kBins; ++bin) {
    const double direction = std::numbers::pi * bin / 1'000;
    Eigen::VectorXf features(kChannels);
    for (int i = 0; i < kChannels; ++i) {
      const double preferred = 2.0 * std::numbers::pi * i / kChannels;
      const bool fires =
          uniform(random) < kSpikesPerBin * (1.0 + kDepth * std::cos(direction - preferred));
      features[i] = static_cast<float>((fires - kSpikesPerBin) / std::sqrt(kSpikesPerBin));
    }
    learner.Decode(features);
    learner.Learn(TaskVector(0.1 * std::cos(direction), 0.1 * std::sin(direction), 0.0));
    ASSERT_LT(learner.decoder().firing_rate_hz().value(), 60.0) << "bin " << bin;
  }
  EXPECT_EQ(learner.guard_rollback_count(), 0u);
}

TEST(Learner, IsNeverMuchWorseThanAFrozenTwinForLongerThanTheWindow) {
  for (const LearningEffect effect : {LearningEffect::kBin, LearningEffect::kTrialEnd}) {
    for (const bool guarded : {true, false}) {
      LearnerParams params;
      params.num_channels = 2;
      params.bin_width_ns = 10'000'000;
      params.effect = effect;
      params.guard.enabled = guarded;
      Learner learner(std::make_unique<SpoiledByLearning>(), params);
      const int num_windows = 12;
      const Windows errors = ErrorsOf(&learner, num_windows, params.guard);
      int num_worse = 0;
      for (std::size_t i = 0; i < errors.learner.size(); ++i) {
        num_worse += errors.learner[i] > 1.1 * errors.frozen[i];
      }
      if (!guarded) {
        const int spoilt = effect == LearningEffect::kBin ? num_windows - 3 : 0;
        EXPECT_EQ(num_worse, spoilt);
        continue;
      }
      EXPECT_LE(num_worse, 2) << "the one in which it is found out, and that before it";
      EXPECT_EQ(learner.guard_rollback_count(), effect == LearningEffect::kBin ? 1u : 0u);
      if (effect == LearningEffect::kBin) {
        EXPECT_EQ(learner.guard_rollback_reason(), RollbackReason::kLearningHarms);
        EXPECT_FALSE(learner.enabled());
      }
    }
  }
}

TEST(Learner, LabelThatIsTooFastTeachesNothingAndIsCounted) {
  LearnerParams params;
  params.num_channels = 1;
  params.bin_width_ns = 10'000'000;
  params.guard.max_label_speed_m_s = 3.0;
  Learner learner(std::make_unique<ProbeDecoder>(1.0), params);
  Decoded(&learner);
  EXPECT_FALSE(Teach(&learner, 4.0));
  EXPECT_EQ(Decoded(&learner), 1.0);
  EXPECT_EQ(learner.rejected_label_count(), 1u);
  EXPECT_EQ(learner.scored_bin_count(), 0u);
}

}  // namespace
}  // namespace efferent
