#include "clients/evaluation/recording/recording_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "clients/acquisition/scoring.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent {
namespace {

using test::SyntheticParams;
using test::SyntheticRecording;

PointTrack Decode(Recording recording, const DecoderParams& decoder,
                  std::optional<std::int64_t> freeze_at_bin = {},
                  ChannelControl control = ChannelControl::kNone) {
  const RecordingInput input(&recording, recording.velocity_m_s, 1.0);
  RunPlan plan;
  plan.decoder = decoder;
  plan.freeze_at_bin = freeze_at_bin;
  plan.control = control;
  return RunOnRecording(input, plan).decoded_m_s;
}

// Turns the targets of trials from `first` on to the other side.
void MirrorTargets(std::size_t first, Recording* recording) {
  for (auto bin = static_cast<std::size_t>(recording->trials[first].first_bin);
       bin < recording->target_m.size(); ++bin) {
    for (double& component : *recording->target_m[bin]) component = -component;
  }
}

TEST(RecordingRun, LearnsTheTaskFromNothing) {
  const Recording recording = SyntheticRecording();
  for (const DecoderParams& decoder : {DecoderParams(SnnParams()), DecoderParams(KalmanParams())}) {
    const PointTrack decoded = Decode(recording, decoder);
    const auto late =
        Summarize(AngleErrorsDeg(recording, decoded, recording.num_bins / 2, recording.num_bins));
    EXPECT_LT(late->median, 40.0);
  }
}

TEST(RecordingRun, WhatTheGuardOnTheInputFindsIsCountedAndSaid) {
  SyntheticParams params;
  params.num_trials = 100;
  Recording recording = SyntheticRecording(params);
  auto& spikes = std::get<SpikeEventList>(recording.spikes);
  const auto loss = std::lower_bound(spikes.times_ns.begin(), spikes.times_ns.end(),
                                     30 * std::int64_t{1'000'000'000});
  spikes.channels.resize(static_cast<std::size_t>(loss - spikes.times_ns.begin()));
  spikes.times_ns.erase(loss, spikes.times_ns.end());
  const PointTrack velocity = MeasuredVelocity(recording, false);
  const RecordingInput input(&recording, velocity, 10.0);
  RunPlan plan;
  plan.decoder = KalmanParams();
  const RunResult result = RunOnRecording(input, plan);
  EXPECT_GT(result.input.num_implausible_bins, 400) << "of the last 500 all but the first few";
  EXPECT_LE(result.input.num_implausible_bins, 500);
  EXPECT_NE(
      DescribeFindings(InputFindings(result.input)).find("of 2000 bins are not those of neurons"),
      std::string::npos);
  EXPECT_TRUE(InputFindings({2000, 0, 0}).empty());
}

TEST(RecordingRun, FirstTrialIsDecodedByADecoderThatKnowsNothing) {
  const PointTrack decoded = Decode(SyntheticRecording(), KalmanParams());
  for (std::size_t bin = 0; bin < 20; ++bin) EXPECT_EQ(*decoded[bin], (Point{0, 0, 0})) << bin;
}

TEST(RecordingRun, WithLearningOffTheLabelsOfTheTestPartChangeNothing) {
  Recording recording = SyntheticRecording();
  Recording mirrored = recording;
  MirrorTargets(40, &mirrored);
  const std::int64_t first_test_bin = recording.trials[40].first_bin;
  EXPECT_EQ(Decode(recording, SnnParams(), first_test_bin),
            Decode(mirrored, SnnParams(), first_test_bin));
  EXPECT_NE(Decode(recording, SnnParams()), Decode(mirrored, SnnParams()));
}

TEST(RecordingRun, FrozenAndLearningRunsAgreeUntilTheFirstTestTrialHasEnded) {
  const Recording recording = SyntheticRecording();
  const PointTrack frozen = Decode(recording, SnnParams(), recording.trials[40].first_bin);
  const PointTrack learning = Decode(recording, SnnParams());
  const auto first_difference = std::mismatch(frozen.begin(), frozen.end(), learning.begin()).first;
  EXPECT_EQ(first_difference - frozen.begin(), recording.trials[41].first_bin);
}

TEST(RecordingRun, ASilentRunKnowsNothingOfTheSpikes) {
  const Recording recording = SyntheticRecording();
  SyntheticParams other_spikes;
  Recording other = SyntheticRecording(other_spikes);
  SpikeEventList& events = std::get<SpikeEventList>(other.spikes);
  for (std::uint32_t& channel : events.channels) channel = (channel + 5) % other.num_channels;
  EXPECT_NE(Decode(recording, SnnParams()), Decode(other, SnnParams()));
  EXPECT_EQ(Decode(recording, SnnParams(), {}, ChannelControl::kSilent),
            Decode(other, SnnParams(), {}, ChannelControl::kSilent));
}

TEST(RecordingRun, WithoutTrialsWhatIsLearntTakesEffectAtTheEndOfEachBlock) {
  Recording recording = SyntheticRecording();
  recording.trials.clear();
  Recording mirrored = recording;
  for (auto& target : mirrored.target_m) {
    for (double& component : *target) component = -component;
  }
  const PointTrack decoded = Decode(recording, SnnParams());
  const PointTrack other = Decode(mirrored, SnnParams());
  const auto first_difference = std::mismatch(decoded.begin(), decoded.end(), other.begin()).first;
  EXPECT_EQ(first_difference - decoded.begin(), 50) << "blocks of 1 s are 50 bins";
}

/// 150 reaches in each of two trials of a minute.
Recording LongTrials() {
  SyntheticParams params;
  params.num_trials = 300;
  Recording recording = SyntheticRecording(params);
  std::vector<RecordedTrial> trials;
  for (std::size_t i = 0; i < recording.trials.size(); i += 150) {
    trials.push_back(recording.trials[i]);
    trials.back().stop_bin = recording.trials[i + 149].stop_bin;
  }
  recording.trials = trials;
  return recording;
}

// The driver of a long trial knows less and less beside what has been learnt since: that is no harm.
TEST(RecordingRun, LongTrialsAreNoReasonToRollBack) {
  for (const LabelSource label : {LabelSource::kTarget, LabelSource::kKinematics}) {
    Recording recording = LongTrials();
    const RecordingInput input(&recording, recording.velocity_m_s, 10.0);
    RunPlan plan;
    plan.decoder = SnnParams();
    plan.step.intention.label_source = label;
    const RunResult result = RunOnRecording(input, plan);
    EXPECT_EQ(result.learning.num_rollbacks, 0);
    EXPECT_GT(result.num_learned, 5000) << "of 6,000 bins";
  }
}

TEST(RecordingRun, ALongTrialIsDecodedByWeightsThatHaveNotSeenIt) {
  Recording recording = LongTrials();
  Recording mirrored = recording;
  MirrorTargets(1, &mirrored);
  const PointTrack decoded = Decode(recording, SnnParams());
  EXPECT_EQ(decoded, Decode(mirrored, SnnParams())) << "the second trial teaches only what follows";
}

// A decoder that knew where the hand is could read the label from it.
TEST(RecordingRun, WithMeasuredVelocityAsLabelPositionsChangeNothingUnlessAskedFor) {
  Recording recording = SyntheticRecording();
  Recording elsewhere = recording;
  for (auto& position : elsewhere.position_m) (*position)[0] = 0.3 - 2.0 * (*position)[0];
  const auto decode = [](Recording of, PositionInputMode mode) {
    const RecordingInput input(&of, of.velocity_m_s, 1.0);
    RunPlan plan;
    plan.decoder = SnnParams();
    plan.step.intention.label_source = LabelSource::kKinematics;
    plan.step.features.position_input = mode;
    return RunOnRecording(input, plan).decoded_m_s;
  };
  EXPECT_EQ(decode(recording, PositionInputMode::kAuto),
            decode(elsewhere, PositionInputMode::kAuto));
  EXPECT_NE(decode(recording, PositionInputMode::kDelayed),
            decode(elsewhere, PositionInputMode::kDelayed));
}

TEST(RecordingRun, SummedChannelsAreOneChannelWithAllSpikes) {
  Recording recording = SyntheticRecording();
  Recording shuffled = recording;
  for (std::uint32_t& channel : std::get<SpikeEventList>(shuffled.spikes).channels) {
    channel = (channel + 7) % recording.num_channels;
  }
  EXPECT_NE(Decode(recording, SnnParams()), Decode(shuffled, SnnParams()));
  EXPECT_EQ(Decode(recording, SnnParams(), {}, ChannelControl::kSummed),
            Decode(shuffled, SnnParams(), {}, ChannelControl::kSummed));
  EXPECT_NE(Decode(recording, SnnParams(), {}, ChannelControl::kSummed),
            Decode(recording, SnnParams(), {}, ChannelControl::kSilent));
}

TEST(RecordingInput, BlocksCoverARecordingWithoutTrials) {
  Recording recording = SyntheticRecording();
  recording.trials.clear();
  const RecordingInput input(&recording, {}, 0.7);
  EXPECT_FALSE(input.has_trials());
  ASSERT_EQ(input.trials().size(), 35u) << "1200 bins in blocks of 35";
  EXPECT_EQ(input.trials().front().first_bin, 0);
  EXPECT_EQ(input.trials().back().stop_bin, 1200);
  EXPECT_EQ(input.trials().back().condition, "all");
  EXPECT_THROW(RecordingInput(&recording, {}, 0.0), std::invalid_argument);
}

TEST(RecordingInput, WithoutAPositionThereIsNoBehaviour) {
  Recording recording = SyntheticRecording();
  recording.position_m.clear();
  const RecordingInput input(&recording, {}, 1.0);
  EXPECT_FALSE(input.behavior(0));
}

}  // namespace
}  // namespace efferent
