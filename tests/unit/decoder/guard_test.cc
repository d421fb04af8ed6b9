#include <gtest/gtest.h>

#include <random>

#include "decoder/guard/feature_novelty.h"
#include "decoder/guard/harm_guard.h"
#include "decoder/guard/label_guard.h"
#include "decoder/guard/learning_guard.h"

namespace efferent {
namespace {

constexpr TimeNs kBinNs = 20'000'000;
constexpr int kBinsPerS = 50;
constexpr double kUsual = 1.0, kNovel = 10.0;

/// Features of neurons that are tuned to some slow things, with noise.
class Neurons {
 public:
  Neurons() : tuning_(Noise(kChannels, kDrives)) {}
  const Eigen::VectorXf& Next() {
    drives_ = 0.98f * drives_ + 0.2f * Noise(kDrives, 1);
    features_ = 0.1f * tuning_ * drives_ + Noise(kChannels, 1);
    return features_;
  }
  static constexpr int kChannels = 40;

 private:
  static constexpr int kDrives = 20;
  Eigen::MatrixXf Noise(int rows, int columns) {
    return Eigen::MatrixXf::NullaryExpr(rows, columns, [this] { return normal_(random_); });
  }

  std::mt19937 random_{5};
  std::normal_distribution<float> normal_;
  Eigen::MatrixXf tuning_;
  Eigen::VectorXf drives_ = Eigen::VectorXf::Zero(kDrives), features_;
};

TEST(FeatureNovelty, IsAboutOneAsLongAsNothingChanges) {
  FeatureNovelty novelty(Neurons::kChannels, kBinNs);
  Neurons neurons;
  double sum = 0.0, largest = 0.0;
  const int settling = 20 * kBinsPerS, num_bins = 200 * kBinsPerS;
  for (int bin = 0; bin < settling + num_bins; ++bin) {
    novelty.Observe(neurons.Next());
    if (bin < settling) continue;
    sum += novelty.value();
    largest = std::max(largest, novelty.value());
  }
  EXPECT_NEAR(sum / num_bins, 1.0, 0.2);
  EXPECT_LT(largest, 2.5);
}

TEST(FeatureNovelty, RisesWithinASecondsWhenChannelsAreLost) {
  FeatureNovelty novelty(Neurons::kChannels, kBinNs);
  Neurons neurons;
  for (int bin = 0; bin < 60 * kBinsPerS; ++bin) novelty.Observe(neurons.Next());
  for (int bin = 0; bin < kBinsPerS; ++bin) {
    Eigen::VectorXf features = neurons.Next();
    // A channel that falls silent is below its mean from then on.
    features.head(Neurons::kChannels / 2).setConstant(-1.0f);
    novelty.Observe(features);
  }
  EXPECT_GT(novelty.value(), 2.5);
}

/// What a subject wants and a decoder that hears it, with noise.
class Subject {
 public:
  explicit Subject(double noise) : noise_(noise) {}
  void Next() {
    const double angle = 6.28 * uniform_(random_);
    wanted = 0.2 * TaskVector(std::cos(angle), std::sin(angle), 0.0);
    decoded = wanted + noise_ * TaskVector(normal_(random_), normal_(random_), 0.0);
  }
  TaskVector wanted, decoded;

 private:
  double noise_;
  std::mt19937 random_{3};
  std::uniform_real_distribution<double> uniform_;
  std::normal_distribution<double> normal_;
};

class LabelGuardTest : public testing::Test {
 protected:
  /// Bins with labels that are `sign` times what is wanted. Returns how many were waited for.
  int Run(double seconds, double sign, double novelty = kUsual) {
    int waits = 0;
    for (int bin = 0; bin < static_cast<int>(seconds * kBinsPerS); ++bin) {
      subject_.Next();
      last_ = guard_.Judge(subject_.decoded, sign * subject_.wanted, TaskVector(), novelty);
      if (last_ == LabelGuard::Verdict::kContradicts) {
        ++contradictions_;
        return waits;
      }
      waits += last_ == LabelGuard::Verdict::kWait;
    }
    return waits;
  }

  GuardParams params_;
  LabelGuard guard_{params_, kBinNs};
  Subject subject_{0.1};
  LabelGuard::Verdict last_ = LabelGuard::Verdict::kLearn;
  int contradictions_ = 0;
};

TEST_F(LabelGuardTest, LearnsFromLabelsThatAgree) {
  EXPECT_EQ(Run(300.0, 1.0), 0);
  EXPECT_TRUE(guard_.trusts());
  EXPECT_TRUE(guard_.is_calm());
}

TEST_F(LabelGuardTest, WhatAgreedAndContradictsForTheWindowIsFoundOut) {
  Run(60.0, 1.0);
  const int waits = Run(60.0, -1.0);
  EXPECT_EQ(contradictions_, 1);
  EXPECT_NEAR(waits, params_.contradiction_s * kBinsPerS, 2);
}

TEST_F(LabelGuardTest, NextToNothingIsLearntBeforeItWaits) {
  Run(60.0, 1.0);
  int learnt = 0;
  for (; learnt < 100; ++learnt) {
    subject_.Next();
    if (guard_.Judge(subject_.decoded, -subject_.wanted, TaskVector(), kUsual) !=
        LabelGuard::Verdict::kLearn) {
      break;
    }
  }
  EXPECT_LT(learnt, 12);
  EXPECT_FALSE(guard_.is_calm());
}

TEST_F(LabelGuardTest, LabelsThatAgreeAgainEndTheWait) {
  Run(60.0, 1.0);
  Run(3.0, -1.0);
  EXPECT_EQ(last_, LabelGuard::Verdict::kWait);
  Run(10.0, 1.0);
  EXPECT_EQ(last_, LabelGuard::Verdict::kLearn);
  EXPECT_TRUE(guard_.is_calm());
  EXPECT_EQ(contradictions_, 0);
}

TEST_F(LabelGuardTest, NeuronsThatDoSomethingNewExonerateTheLabels) {
  Run(60.0, 1.0);
  Run(60.0, -1.0, kNovel);
  EXPECT_EQ(contradictions_, 0);
  EXPECT_EQ(last_, LabelGuard::Verdict::kLearn);
}

TEST_F(LabelGuardTest, BeforeAgreementIsProvenNothingContradicts) {
  Run(10.0, 1.0);
  EXPECT_EQ(Run(60.0, -1.0), 0);
  EXPECT_EQ(contradictions_, 0);
}

TEST_F(LabelGuardTest, ADecoderThatKnowsNothingIsNotTrusted) {
  subject_ = Subject(3.0);
  EXPECT_EQ(Run(300.0, 1.0), 0);
  EXPECT_FALSE(guard_.trusts());
}

TEST_F(LabelGuardTest, WhatTheArmDoesAnywayIsNoAgreement) {
  // Labels that go a tenth of the way from a velocity that is much larger than the rest.
  const auto judge = [&](double sign) {
    subject_.Next();
    const TaskVector carried = 0.9 * TaskVector(0.3, -0.1, 0.0);
    return guard_.Judge(carried + 0.1 * subject_.decoded, carried + sign * 0.1 * subject_.wanted,
                        carried, kUsual);
  };
  for (int bin = 0; bin < 60 * kBinsPerS; ++bin) judge(1.0);
  ASSERT_TRUE(guard_.trusts());
  bool found_out = false;
  for (int bin = 0; bin < 20 * kBinsPerS && !found_out; ++bin) {
    found_out = judge(-1.0) == LabelGuard::Verdict::kContradicts;
  }
  EXPECT_TRUE(found_out);
}

TEST_F(LabelGuardTest, WithoutLabelsItDoesNotWaitForEver) {
  Run(60.0, 1.0);
  Run(3.0, -1.0);
  ASSERT_FALSE(guard_.is_calm());
  for (int bin = 0; bin < 60 * kBinsPerS; ++bin) guard_.NoLabel();
  EXPECT_TRUE(guard_.is_calm());
}

/// A HarmGuard over so many labels of a decoder that is worse by the factor `worse` in squared error.
bool IsHarmed(double worse, double seconds) {
  HarmGuard guard(GuardParams{}, kBinNs);
  Subject reference(0.1), decoder(0.1 * std::sqrt(worse));
  for (int bin = 0; bin < static_cast<int>(seconds * kBinsPerS); ++bin) {
    reference.Next();
    decoder.Next();
    guard.Compare(decoder.decoded - decoder.wanted, reference.decoded - reference.wanted,
                  TaskVector(), 0.04);
    if (guard.is_proven()) return true;
  }
  return false;
}

TEST(HarmGuard, FindsHarmButNotWithinTheBound) {
  EXPECT_TRUE(IsHarmed(2.0, 20.0));
  EXPECT_FALSE(IsHarmed(1.0, 600.0));
  EXPECT_FALSE(IsHarmed(1.05, 600.0));
  EXPECT_FALSE(IsHarmed(2.0, 5.0)) << "younger than the window";
}

TEST(HarmGuard, ASingleWildLabelProvesNothing) {
  HarmGuard guard(GuardParams{}, kBinNs);
  Subject subject(0.1);
  for (int bin = 0; bin < 60 * kBinsPerS; ++bin) {
    subject.Next();
    const TaskVector label = bin % 500 == 499 ? TaskVector(1e6, 0.0, 0.0) : subject.wanted;
    guard.Compare(subject.decoded, subject.decoded * 0.99, label, 0.04);
    ASSERT_FALSE(guard.is_proven());
  }
}

TEST(LearningGuard, LabelsThatCannotBeMeantAreNotPlausible) {
  GuardParams params;
  params.max_label_speed_m_s = 3.0;
  const LearningGuard guard(params, 1, kBinNs);
  EXPECT_TRUE(guard.IsPlausible(TaskVector(2.9, 0.0, 0.0)));
  EXPECT_FALSE(guard.IsPlausible(TaskVector(3.0, 0.5, 0.0)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(guard.IsPlausible(TaskVector(0.0, nan, 0.0)));
  params.enabled = false;
  const LearningGuard off(params, 1, kBinNs);
  EXPECT_TRUE(off.IsPlausible(TaskVector(300.0, 0.0, 0.0)));
  EXPECT_FALSE(off.IsPlausible(TaskVector(0.0, nan, 0.0))) << "teaches nothing in any case";
}

}  // namespace
}  // namespace efferent
