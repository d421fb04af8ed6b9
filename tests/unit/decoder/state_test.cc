#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "decoder/decoder_config.h"
#include "decoder/state_bytes.h"
#include "decoder/step.h"

/// What a decoder remembers, saved and loaded; each decoder runs through every test.
namespace efferent {
namespace {

constexpr TimeNs kWidth = 5'000'000;
constexpr int kTrialBins = 40;

/// A step in a world of trials, driven bin by bin; what drives it can be exchanged.
class Rig {
 public:
  explicit Rig(int num_channels) : counts_(static_cast<std::size_t>(num_channels)) {}

  /// Returns the commands of so many bins, learning from them.
  std::vector<TaskVector> Run(Step* step, int num_bins) {
    std::vector<TaskVector> commands;
    for (int i = 0; i < num_bins; ++i, ++bin_) {
      if (bin_ % kTrialBins == 0) {
        step->OnTrialStop();
        step->OnTrialStart();
        behavior_.target_position_m = TaskVector(normal_(random_), normal_(random_), 0.0);
      }
      for (std::size_t c = 0; c < counts_.size(); ++c) {
        const double drive = (*behavior_.target_position_m)[c % 2];
        counts_[c] = static_cast<float>(2.0 + drive + normal_(random_));
      }
      step->AddCounts(counts_);
      behavior_.position_m = TaskVector(0.1 * normal_(random_), 0.1 * normal_(random_), 0.0);
      behavior_.velocity_m_s = TaskVector(normal_(random_), normal_(random_), 0.0);
      behavior_.reward = normal_(random_);
      behavior_.engaged = bin_ % kTrialBins > 5;  // labels come late in the trial
      Command command;
      step->DecodeBin(behavior_.position_m, &command);
      step->LearnBin(behavior_);
      commands.push_back(command.velocity_m_s);
    }
    return commands;
  }

 private:
  std::mt19937_64 random_{5};
  std::normal_distribution<double> normal_;
  std::vector<float> counts_;
  BehaviorSample behavior_;
  int bin_ = 0;
};

struct Case {
  std::string name;
  DecoderParams decoder;
  int num_channels = 12;
  LearningEffect effect = LearningEffect::kBin;
  LabelSource label_source = LabelSource::kTarget;
};

void PrintTo(const Case& of, std::ostream* out) { *out << of.name; }

std::unique_ptr<Step> MakeStep(const Case& of, int num_channels) {
  StepParams params;
  params.num_channels = num_channels;
  params.bin_width_ns = kWidth;
  params.features.smoothing_tau_s = 0.02;
  params.learning_effect = of.effect;
  params.intention.label_source = of.label_source;
  return std::make_unique<Step>(params, MakeDecoder(of.decoder, {num_channels, 2, kWidth}));
}
std::unique_ptr<Step> MakeStep(const Case& of) { return MakeStep(of, of.num_channels); }

std::vector<Case> Cases() {
  SnnParams rls, gradient;
  rls.readout = SnnReadout::kRls;
  gradient.readout = SnnReadout::kGradient;
  WienerParams wiener;
  wiener.num_taps = 4;
  RefitKalmanParams refit;
  refit.batch_length_s = 1.0;
  StabilizedKalmanParams stabilized;
  stabilized.num_latents = 4;
  stabilized.calibration_s = 2.0;
  return {{"Snn", SnnParams()},
          // Learning of one bin is spread over several.
          {"SnnManyChannels", SnnParams(), 200},
          {"SnnTrialWise", SnnParams(), 12, LearningEffect::kTrialEnd},
          {"SnnByReward", SnnParams(), 12, LearningEffect::kBin, LabelSource::kReward},
          {"SnnRls", rls},
          {"SnnGradient", gradient},
          {"Kalman", KalmanParams()},
          {"RefitKalman", refit},
          {"StabilizedKalman", stabilized},
          {"StabilizedKalmanTrialWise", stabilized, 12, LearningEffect::kTrialEnd},
          {"Wiener", wiener},
          {"Rls", RlsParams()},
          {"Nlms", NlmsParams()}};
}

class State : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Decoders, State, testing::ValuesIn(Cases()),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(State, WhoLoadsItGoesOnBitForBit) {
  const auto saved = MakeStep(GetParam());
  Rig rig(GetParam().num_channels);
  // Within a trial, within a batch, within work that is spread over bins.
  for (const int bins : {611, 1, 1, 1, 700}) {
    rig.Run(saved.get(), bins);
    const auto loaded = MakeStep(GetParam());
    LoadState(SaveState(*saved), loaded.get());
    EXPECT_EQ(FirstDifference(SaveState(*loaded), SaveState(*saved)), std::nullopt);
    Rig same = rig;
    ASSERT_EQ(same.Run(loaded.get(), 500), rig.Run(saved.get(), 500));
    EXPECT_EQ(FirstDifference(SaveState(*loaded), SaveState(*saved)), std::nullopt);
  }
  EXPECT_NE(rig.Run(saved.get(), 1).back(), TaskVector()) << "it has learnt nothing";
}

TEST_P(State, OfOtherChannelsIsRefusedByNameAndShape) {
  const auto saved = MakeStep(GetParam());
  const auto larger = MakeStep(GetParam(), GetParam().num_channels + 1);
  try {
    LoadState(SaveState(*saved), larger.get());
    FAIL();
  } catch (const StateMismatch& error) {
    const std::string own = std::to_string(GetParam().num_channels);
    const std::string wanted = std::to_string(GetParam().num_channels + 1);
    EXPECT_EQ(error.what(), "binner.open is " + own + " x 64, must be " + wanted + " x 64");
  }
}

TEST_P(State, CutShortOrTooLongIsRefused) {
  const auto step = MakeStep(GetParam());
  Rig rig(GetParam().num_channels);
  rig.Run(step.get(), 100);
  const std::string bytes = SaveState(*step);
  for (const double share : {0.0, 0.3, 0.6, 0.999}) {
    const auto into = MakeStep(GetParam());
    const std::string cut = bytes.substr(0, static_cast<std::size_t>(share * bytes.size()));
    EXPECT_THROW(LoadState(cut, into.get()), StateMismatch);
  }
  EXPECT_THROW(LoadState(bytes + "x", MakeStep(GetParam()).get()), StateMismatch);
}

// Damage may be loaded where it is only a number; it must never lead outside of what there is.
TEST_P(State, DamagedBytesAreRefusedOrAreNumbers) {
  const auto step = MakeStep(GetParam());
  Rig rig(GetParam().num_channels);
  rig.Run(step.get(), 333);
  const std::string bytes = SaveState(*step);
  std::mt19937_64 random(8);
  int refused = 0;
  for (int attempt = 0; attempt < 60; ++attempt) {
    std::string damaged = bytes;
    // Names, types and shapes are few among many numbers: the beginning is full of them.
    const std::size_t within =
        attempt % 2 == 0 ? damaged.size() : std::min<std::size_t>(80, damaged.size());
    for (int k = 0; k < 3; ++k) damaged[random() % within] = static_cast<char>(random());
    const auto into = MakeStep(GetParam());
    try {
      LoadState(damaged, into.get());
    } catch (const StateMismatch&) {
      ++refused;
      continue;
    }
    Rig same = rig;
    same.Run(into.get(), 50);
  }
  EXPECT_GT(refused, 10);
}

TEST(State, OfAnotherDecoderIsRefused) {
  const auto saved = MakeStep({"rls", RlsParams()});
  const auto into = MakeStep({"nlms", NlmsParams()});
  try {
    LoadState(SaveState(*saved), into.get());
    FAIL();
  } catch (const StateMismatch& error) {
    EXPECT_STREQ(
        error.what(),
        "learner.features is missing: the state is another decoder's, or another version's");
  }
}

TEST(State, IndicesOutsideOfWhatThereIsAreRefused) {
  RecursiveLeastSquares rls(8, 0.99, 1.0);
  std::string bytes = SaveState(rls);
  const std::size_t at = bytes.find("next_column");
  ASSERT_NE(at, std::string::npos);
  bytes[at + std::string("next_column").size() + 9] = 3;  // two columns of tiles
  try {
    LoadState(bytes, &rls);
    FAIL();
  } catch (const StateMismatch& error) {
    EXPECT_STREQ(error.what(), "next_column must be a column of the matrix");
  }
}

}  // namespace
}  // namespace efferent
