#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "clients/acquisition/recording_player.h"
#include "clients/acquisition/recording_reader.h"
#include "clients/acquisition/session_request.h"
#include "clients/evaluation/decoder_choice.h"
#include "clients/evaluation/recording/recording_run.h"
#include "clients/session/errors.h"
#include "clients/session/session_client.h"
#include "tests/service/service_fixture.h"
#include "tests/shared_data.h"
#include "tests/unit/evaluation/synthetic_recording.h"

/// What `efferent eval recording` decodes in-process is what `efferent stream` gets from a server: the
/// same commands, bit for bit.
namespace efferent::test {
namespace {

class EvalMatchesStream : public ServiceTest {
 protected:
  // As `efferent stream --speed max` does, every label learnt from, but with a watchdog that a busy
  // machine does not set off.
  PointTrack Stream(Recording recording, const std::string& decoder, bool by_kinematics,
                    int bins_per_chunk) {
    SessionOptions options;
    options.decoder = decoder;
    v1::SessionConfig config = MakeSessionConfig(options, recording);
    config.mutable_watchdog()->set_hold_after_ns(60'000'000'000);
    config.mutable_watchdog()->set_stop_after_ns(61'000'000'000);
    config.mutable_timing()->set_real_time(false);
    if (by_kinematics) config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_KINEMATICS);
    const PointTrack velocity = MeasuredVelocity(recording, by_kinematics);
    const ServerConnection connection(server_.address());
    SessionClient client(connection);
    StopFlag stop;
    PlayOptions play;
    play.speed = 0.0;
    play.bins_per_chunk = bins_per_chunk;
    RecordingPlayer player(&recording, &velocity, &connection, &stop, play);
    player.set_session_maker([&] { return client.Create("", config).session_id(); });
    return player.Run().decoded_m_s;
  }

  static PointTrack Evaluate(Recording recording, const std::string& decoder, bool by_kinematics) {
    const PointTrack velocity = MeasuredVelocity(recording, by_kinematics);
    const RecordingInput input(&recording, velocity, 10.0);
    RunPlan plan;
    plan.decoder = ChooseDecoders(decoder, {}).front().params;
    if (by_kinematics) plan.step.intention.label_source = LabelSource::kKinematics;
    return RunOnRecording(input, plan).decoded_m_s;
  }

  static void ExpectSame(const PointTrack& streamed, const PointTrack& evaluated) {
    ASSERT_EQ(streamed.size(), evaluated.size());
    const auto first =
        std::mismatch(streamed.begin(), streamed.end(), evaluated.begin()).first - streamed.begin();
    EXPECT_EQ(first, static_cast<std::ptrdiff_t>(streamed.size())) << "bin of the first difference";
    const auto moves = [](const std::optional<Point>& v) { return v && (*v)[0] != 0.0; };
    EXPECT_GT(std::count_if(streamed.begin(), streamed.end(), moves),
              static_cast<std::ptrdiff_t>(streamed.size()) / 2)
        << "something was decoded";
  }
};

// The first part of a real session, counts below zero and all.
TEST_F(EvalMatchesStream, OnARealSessionsCountsForEveryDecoder) {
  const std::optional<std::string> data = SharedData("degenhart_20160325.nwb");
  if (!data) GTEST_SKIP() << kNoSharedData;
  RecordingOptions options;
  options.path = *data + "/degenhart_20160325.nwb";
  Recording recording = ReadRecording(options);
  recording.num_bins = 3000;
  for (PointTrack* track :
       {&recording.position_m, &recording.target_m, &recording.recorded_velocity_m_s}) {
    track->resize(3000);
  }
  recording.engaged.resize(3000);
  while (recording.trials.back().stop_bin > 3000) recording.trials.pop_back();
  ASSERT_GT(recording.trials.size(), 50u);
  for (const NamedDecoder& decoder : ChooseDecoders("", {})) {
    SCOPED_TRACE(decoder.name);
    ExpectSame(Stream(recording, decoder.name, false, 1), Evaluate(recording, decoder.name, false));
  }
}

TEST_F(EvalMatchesStream, OnSpikeEventsWithTargetsAndWithKinematics) {
  const Recording recording = SyntheticRecording();
  for (const std::string decoder : {"snn", "kalman"}) {
    for (const bool by_kinematics : {false, true}) {
      SCOPED_TRACE(decoder + (by_kinematics ? ", kinematics" : ", target"));
      ExpectSame(Stream(recording, decoder, by_kinematics, 7),
                 Evaluate(recording, decoder, by_kinematics));
    }
  }
}

TEST(SessionRequest, ARecordingCannotTeachByReward) {
  const std::string path = testing::TempDir() + "reward.yaml";
  std::ofstream(path) << "learning:\n  label_source: reward\n";
  SessionOptions options;
  options.config_path = path;
  const Recording recording = SyntheticRecording({});
  try {
    MakeSessionConfig(options, recording);
    FAIL() << "accepted";
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("learning.label_source"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace efferent::test
