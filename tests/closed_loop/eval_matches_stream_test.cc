#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "clients/acquisition/recording_player.h"
#include "clients/acquisition/recording_reader.h"
#include "clients/acquisition/session_request.h"
#include "clients/evaluation/decoder_choice.h"
#include "clients/evaluation/recording/recording_run.h"
#include "clients/session/errors.h"
#include "clients/session/session_client.h"
#include "server/recording/recorder.h"
#include "tests/scratch_folder.h"
#include "tests/service/service_fixture.h"
#include "tests/shared_data.h"
#include "tests/unit/evaluation/synthetic_recording.h"

/// What `efferent eval recording` decodes in-process is what `efferent stream` gets from a server: the
/// same commands, bit for bit.
namespace efferent::test {
namespace {

class EvalMatchesStream : public ServiceTest {
 protected:
  PointTrack Stream(Recording recording, const std::string& decoder, bool by_kinematics,
                    int bins_per_chunk) {
    return StreamTo(server_.address(), std::move(recording), decoder, by_kinematics,
                    bins_per_chunk);
  }

  // As `efferent stream --speed max` does, every label learnt from.
  static PointTrack StreamTo(const std::string& address, Recording recording,
                             const std::string& decoder, bool by_kinematics, int bins_per_chunk) {
    SessionOptions options;
    options.decoder = decoder;
    v1::SessionConfig config = MakeSessionConfig(options, recording);
    config.mutable_timing()->set_real_time(false);
    if (by_kinematics) config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_KINEMATICS);
    const PointTrack velocity = MeasuredVelocity(recording, by_kinematics);
    const ServerConnection connection(address);
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

/// Two threads that want all of two processors, as long as it lives.
class Load {
 public:
  ~Load() {
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Spin() const {
    while (!over_) {
    }
  }
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_ = [this] {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([this] { Spin(); });
    return threads;
  }();
};

/// Two minutes, in whose last third all targets lie on the other side of the cursor: the guard takes the
/// decoder back to its last good weights, whatever those are by then.
Recording WithLabelsThatTurn() {
  SyntheticParams params;
  params.num_trials = 300;
  Recording recording = SyntheticRecording(params);
  for (std::size_t bin = static_cast<std::size_t>(2 * recording.num_bins / 3);
       bin < recording.target_m.size(); ++bin) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double& target = (*recording.target_m[bin])[axis];
      target = 2.0 * (*recording.position_m[bin])[axis] - target;
    }
  }
  return recording;
}

TEST_F(EvalMatchesStream, WhetherItIsRecordedAndHowOftenItsStateIsSaved) {
  const Recording recording = WithLabelsThatTurn();
  struct Interval {
    double batch_s, checkpoint_s;
  };
  for (const std::string decoder : {"snn", "rls"}) {
    SCOPED_TRACE(decoder);
    const PointTrack evaluated = Evaluate(recording, decoder, false);
    ExpectSame(Stream(recording, decoder, false, 1), evaluated);
    for (const Interval& interval :
         {Interval{0.075, 60.0}, {0.001, 0.1}, {0.2, 1.7}, {0.01, 7.0}}) {
      SCOPED_TRACE(interval.checkpoint_s);
      std::optional<Load> load;  // once: it takes most of the time
      if (decoder == "snn" && interval.checkpoint_s < 1.0) load.emplace();
      const ScratchFolder folder;
      RecorderParams params;
      params.data_dir = folder.path();
      params.batch_s = interval.batch_s;
      params.checkpoint_s = interval.checkpoint_s;
      const auto recorder = std::make_shared<Recorder>(params);
      Server server(OnAFreePort(), {}, recorder, MakeDecoder, recorder);
      ExpectSame(StreamTo(server.address(), recording, decoder, false, 5), evaluated);
      for (const auto& session : server.sessions().sessions()) {
        EXPECT_EQ(session->Statistics().learning_rollback_count(), 1u) << "nothing was tested";
      }
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
