#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "clients/evaluation/decoder_choice.h"
#include "clients/evaluation/recording/recording_run.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent {
namespace {

PointTrack Decode(Recording* recording, const DecoderParams& decoder) {
  const RecordingInput input(recording, recording->velocity_m_s, 1.0);
  RunPlan plan;
  plan.decoder = decoder;
  return RunOnRecording(input, plan).decoded_m_s;
}

// Whatever is done to the labels of a trial, neither that trial nor one before it is decoded otherwise:
// for every decoder there is.
TEST(PrequentialProperty, NoTrialIsScoredByWeightsThatHaveSeenItsLabels) {
  EXPECT_TRUE(rc::check([] {
    test::SyntheticParams params;
    params.num_trials = 8;
    params.bins_per_trial = *rc::gen::inRange(4, 12);
    params.num_channels = 5;
    params.seed = static_cast<std::uint64_t>(*rc::gen::inRange(0, 1000));
    const auto trial = static_cast<std::size_t>(*rc::gen::inRange(0, 8));
    const double turn = *rc::gen::inRange(-1000, 1001) / 1000.0;
    for (const NamedDecoder& decoder : ChooseDecoders("", {})) {
      Recording recording = test::SyntheticRecording(params);
      const PointTrack before = Decode(&recording, decoder.params);
      const auto from = static_cast<std::size_t>(recording.trials[trial].first_bin);
      const auto to = static_cast<std::size_t>(recording.trials[trial].stop_bin);
      for (std::size_t bin = from; bin < recording.target_m.size(); ++bin) {
        recording.target_m[bin] = Point{turn, 1.0 - turn, 0.0};
        recording.engaged[bin] = !recording.engaged[bin];
      }
      const PointTrack after = Decode(&recording, decoder.params);
      RC_ASSERT(std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(to),
                           after.begin()));
    }
  }));
}

}  // namespace
}  // namespace efferent
