#include "decoder/learner.h"

#include <gtest/gtest.h>

#include "tests/unit/decoder/probe_decoder.h"

namespace efferent {
namespace {

using test::ProbeDecoder;

const Eigen::VectorXf kFeatures = Eigen::VectorXf::Zero(1);

Learner MakeLearner(LearningEffect effect, bool enabled = true) {
  return Learner(std::make_unique<ProbeDecoder>(1.0), 1, effect, enabled);
}

double Decoded(Learner* learner) { return learner->Decode(kFeatures).value().x(); }

bool Teach(Learner* learner, double x) { return learner->Learn(Vec3(x, 0.0, 0.0)); }

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

}  // namespace
}  // namespace efferent
