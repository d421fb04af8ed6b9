#include <gtest/gtest.h>

#include "clients/acquisition/recording_reader.h"
#include "clients/evaluation/recording/recording_input.h"
#include "decoder/decoder_config.h"
#include "decoder/snn/snn_decoder.h"
#include "decoder/step.h"
#include "tests/shared_data.h"
#include "tests/unit/decoder/checksum.h"

namespace efferent::test {
namespace {

/// Commands of a whole session, and the weights at its end, learnt trial by trial by default `snn`.
std::uint64_t ChecksumOfSession(const RecordingInput& input) {
  StepParams params;
  params.num_channels = input.num_channels();
  params.bin_width_ns = input.bin_width_ns();
  params.learning_effect = LearningEffect::kTrialEnd;
  Step step(params, MakeDecoder(SnnParams(), {params.num_channels, 2, params.bin_width_ns}));
  Checksum checksum;
  for (std::int64_t bin = 0; bin < input.num_bins(); ++bin) {
    input.ApplyBoundaries(bin, &step);
    input.AddSpikes(bin, &step);
    const std::optional<BehaviorSample> behavior = input.behavior(bin);
    Command command;
    step.DecodeBin(behavior ? behavior->position_m : std::nullopt, &command);
    step.LearnBin(behavior);
    checksum.AddAll(command.velocity_m_s.head<3>());
  }
  EXPECT_GT(step.learner().learned_bin_count(), 20'000u);
  EXPECT_EQ(step.learner().rollback_count(), 0u);
  const auto& decoder = static_cast<const SnnDecoder&>(step.learner().decoder());
  checksum.AddAll(decoder.network().weights());
  checksum.AddAll(decoder.readout_weights());
  return checksum.hash();
}

// ./test runs this in the release and in the asan build, so these are the bits of both. The number changes
// with the science, and then the history says so.
TEST(WholeSession, SameCommandsAndWeightsAgainAndInEveryBuild) {
  const auto data = SharedData("degenhart_20160325.nwb");
  if (!data) GTEST_SKIP() << kNoSharedData;
  RecordingOptions options;
  options.path = *data + "/degenhart_20160325.nwb";
  Recording recording = ReadRecording(options);
  const RecordingInput input(&recording, {}, 10.0);
  const std::uint64_t first = ChecksumOfSession(input);
  EXPECT_EQ(ChecksumOfSession(input), first);
  EXPECT_EQ(first, 6478824701840580184u);
}

}  // namespace
}  // namespace efferent::test
