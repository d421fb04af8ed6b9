#include "decoder/guard/input_guard.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "decoder/decoder_config.h"
#include "decoder/state_bytes.h"
#include "decoder/step.h"

namespace efferent {
namespace {

constexpr TimeNs kWidth = 20'000'000;
constexpr int kBinsPerSecond = 50;
constexpr int kChannels = 32;

/// Poisson neurons of different rates, 2 to 40 Hz, cosine-tuned to a direction that turns every two seconds,
/// so that they rise and fall together as those of a reaching subject do.
class Neurons {
 public:
  explicit Neurons(int num_channels = kChannels) : counts_(num_channels) {}

  const Eigen::VectorXf& Next() {
    const double turn = M_PI * static_cast<double>(bin_++) / kBinsPerSecond;
    for (Eigen::Index i = 0; i < counts_.size(); ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(counts_.size());
      const double tuning = 1.0 + 0.8 * std::cos(turn - 7.0 * share) + 0.3 * std::sin(turn);
      const double rate_hz = (2.0 + 38.0 * share) * std::max(0.05, tuning);
      counts_[i] = static_cast<float>(std::poisson_distribution<int>(rate_hz * 0.02)(random_));
    }
    return counts_;
  }

 private:
  Eigen::VectorXf counts_;
  std::uint64_t bin_ = 0;
  std::mt19937_64 random_{5};
};

using Change = std::function<void(Eigen::VectorXf*)>;

/// Bins of `seconds` that are not plausible; `change` makes of the neurons what is recorded.
int CountImplausible(InputGuard* guard, Neurons* neurons, double seconds,
                     const Change& change = {}) {
  int count = 0;
  for (int bin = 0; bin < seconds * kBinsPerSecond; ++bin) {
    Eigen::VectorXf counts = neurons->Next();
    if (change) change(&counts);
    count += guard->Judge(counts) != InputVerdict::kPlausible;
  }
  return count;
}

void FallSilent(Eigen::VectorXf* counts) { counts->setZero(); }
void CountTen(Eigen::VectorXf* counts) { counts->setConstant(10.0f); }
void RiseTogether(Eigen::VectorXf* counts) { *counts = counts->array() + 3.0f; }

class InputGuardTest : public testing::Test {
 protected:
  InputGuard guard_{{}, kChannels, kWidth};
  Neurons neurons_;
};

TEST_F(InputGuardTest, NeuronsOfTenMinutesArePlausible) {
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 600.0), 0);
  EXPECT_EQ(guard_.masked_count(), 0u);
}

TEST_F(InputGuardTest, SilenceIsFoundWithinHalfASecondForAsLongAsItLasts) {
  CountImplausible(&guard_, &neurons_, 60.0);
  EXPECT_GE(CountImplausible(&guard_, &neurons_, 300.0, FallSilent), 299.5 * kBinsPerSecond);
  EXPECT_EQ(guard_.verdict(), InputVerdict::kSilent);
  EXPECT_LE(CountImplausible(&guard_, &neurons_, 10.0), 2) << "and it is over at once";
}

TEST_F(InputGuardTest, NineOfTenNeuronsMayBeLost) {
  CountImplausible(&guard_, &neurons_, 60.0);
  const auto lose = [](Eigen::VectorXf* counts) {
    for (Eigen::Index i = 0; i < counts->size(); ++i) {
      if (i % 10 != 5) (*counts)[i] = 0.0f;
    }
  };
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 120.0, lose), 0);
  // The slowest fires at 2 Hz: a hundred bins with a change take some 25 s.
  EXPECT_GE(guard_.masked_count(), 20u) << "one by one they are masked";
}

TEST_F(InputGuardTest, LossOfAllButOneNeuronIsSilence) {
  CountImplausible(&guard_, &neurons_, 60.0);
  const auto lose = [](Eigen::VectorXf* counts) { counts->tail(kChannels - 1).setZero(); };
  EXPECT_GE(CountImplausible(&guard_, &neurons_, 10.0, lose), 9 * kBinsPerSecond);
}

TEST_F(InputGuardTest, SaturationIsFoundInItsFirstBinAndChangesNothingThatIsUsual) {
  CountImplausible(&guard_, &neurons_, 60.0);
  const Eigen::ArrayXf mean = guard_.mean();
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 6.0, CountTen), 6 * kBinsPerSecond);
  EXPECT_EQ(guard_.verdict(), InputVerdict::kSaturated);
  EXPECT_TRUE((guard_.mean() == mean).all());
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 10.0), 0);
}

TEST_F(InputGuardTest, ChannelsThatAllRiseInTheSameBinAreAlike) {
  CountImplausible(&guard_, &neurons_, 60.0);
  EXPECT_GE(CountImplausible(&guard_, &neurons_, 2.0, RiseTogether), 2 * kBinsPerSecond - 5);
}

TEST_F(InputGuardTest, ChannelThatDiesIsMaskedUntilItComesBack) {
  CountImplausible(&guard_, &neurons_, 60.0);
  // 39 Hz: 300 changes are usual in some 10 s.
  const auto die = [](Eigen::VectorXf* counts) { (*counts)[31] = 0.0f; };
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 20.0, die), 0);
  EXPECT_EQ(guard_.masked_count(), 1u);
  EXPECT_EQ(guard_.masked()[31], 1.0f);
  CountImplausible(&guard_, &neurons_, 1.0);
  EXPECT_EQ(guard_.masked_count(), 0u);
}

TEST_F(InputGuardTest, ChannelThatGoesWildIsMaskedWithinASecondUntilItIsTame) {
  CountImplausible(&guard_, &neurons_, 60.0);
  const auto go_wild = [](Eigen::VectorXf* counts) { (*counts)[3] = 20.0f; };
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 1.0, go_wild), 0);
  EXPECT_EQ(guard_.masked_count(), 1u);
  EXPECT_EQ(guard_.masked()[3], 1.0f);
  // From a share of 0.6 to one of 0.1, with a time constant of 1 s.
  CountImplausible(&guard_, &neurons_, 4.0);
  EXPECT_EQ(guard_.masked_count(), 0u);
}

TEST_F(InputGuardTest, SaysNothingForTenSecondsNorWhenItIsOff) {
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 4.0), 0);
  EXPECT_EQ(CountImplausible(&guard_, &neurons_, 5.0, CountTen), 0);
  InputGuard off({.enabled = false}, kChannels, kWidth);
  CountImplausible(&off, &neurons_, 60.0);
  EXPECT_EQ(CountImplausible(&off, &neurons_, 5.0, CountTen), 0);
}

TEST_F(InputGuardTest, WhoLoadsItJudgesAsItWouldHave) {
  CountImplausible(&guard_, &neurons_, 60.0);
  CountImplausible(&guard_, &neurons_, 0.1, FallSilent);
  InputGuard loaded({}, kChannels, kWidth);
  LoadState(SaveState(guard_), &loaded);
  for (int bin = 0; bin < 100; ++bin) {
    const Eigen::VectorXf counts =
        bin < 50 ? Eigen::VectorXf::Zero(kChannels).eval() : neurons_.Next();
    EXPECT_EQ(loaded.Judge(counts), guard_.Judge(counts));
  }
  EXPECT_EQ(FirstDifference(SaveState(loaded), SaveState(guard_)), std::nullopt);
}

/// A step whose decoder is `snn`, taught for a minute that the subject follows the neurons' direction.
class GuardedStep : public testing::Test {
 protected:
  void SetUp() override {
    StepParams params;
    params.num_channels = kChannels;
    params.bin_width_ns = kWidth;
    params.intention.label_source = LabelSource::kKinematics;
    step_ = std::make_unique<Step>(params, MakeDecoder(SnnParams(), {kChannels, 2, kWidth}));
    for (int bin = 0; bin < 60 * kBinsPerSecond; ++bin) Run(neurons_.Next());
    ASSERT_EQ(step_->implausible_bin_count(), 0u);
  }
  Command Run(const Eigen::VectorXf& counts) {
    step_->AddCounts({counts.data(), static_cast<std::size_t>(counts.size())});
    Command command;
    step_->DecodeBin(std::nullopt, &command);
    const double turn = M_PI * static_cast<double>(command.bin_index) / kBinsPerSecond;
    BehaviorSample behavior;
    behavior.engaged = true;
    behavior.velocity_m_s = 0.1 * TaskVector(std::cos(turn), std::sin(turn), 0.0);
    step_->LearnBin(behavior);
    return command;
  }
  /// Mean of the squared error over some seconds, of commands against what the neurons say.
  double MeanSquaredError(double seconds) {
    double sum = 0.0;
    const int bins = static_cast<int>(seconds * kBinsPerSecond);
    for (int bin = 0; bin < bins; ++bin) {
      const Command command = Run(neurons_.Next());
      const double turn = M_PI * static_cast<double>(command.bin_index) / kBinsPerSecond;
      sum += SquaredNorm(command.velocity_m_s - 0.1 * TaskVector(std::cos(turn), std::sin(turn)));
    }
    return sum / bins;
  }

  Neurons neurons_;
  std::unique_ptr<Step> step_;
};

TEST_F(GuardedStep, ArmStopsWhenAllChannelsFallSilentAndStaysStopped) {
  std::vector<CommandStatus> order;
  Command command;
  for (int bin = 0; bin < 5 * kBinsPerSecond; ++bin) {
    command = Run(Eigen::VectorXf::Zero(kChannels));
    if (order.empty() || order.back() != command.status) order.push_back(command.status);
    if (bin >= kBinsPerSecond) {
      EXPECT_EQ(command.velocity_m_s, TaskVector());
    }
  }
  EXPECT_EQ(order,
            (std::vector{CommandStatus::kDecoded, CommandStatus::kHeld, CommandStatus::kStopped}));
}

TEST_F(GuardedStep, TenCountsOnAllChannelsMoveNothingAndLeaveNothingBehind) {
  const double before = MeanSquaredError(10.0);
  Eigen::VectorXf ten = Eigen::VectorXf::Constant(kChannels, 10.0f);
  EXPECT_EQ(Run(ten).status, CommandStatus::kHeld) << "in its first bin";
  Command command;
  for (int bin = 1; bin < 6 * kBinsPerSecond; ++bin) command = Run(ten);
  EXPECT_EQ(command.status, CommandStatus::kStopped);
  EXPECT_EQ(command.velocity_m_s, TaskVector());
  MeanSquaredError(0.5);  // the decoder's filters
  EXPECT_LT(MeanSquaredError(10.0), 1.5 * before);
}

}  // namespace
}  // namespace efferent
