#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "clients/acquisition/hdf5_file.h"
#include "clients/report/result_row.h"
#include "tests/programs/programs.h"
#include "tests/service/service_fixture.h"
#include "tests/shared_data.h"

/// Recordings through the real server, by the real program.
namespace efferent::test {
namespace {

class StreamCommandTest : public ServiceTest {
 protected:
  Outcome Stream(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"stream", "--server", server_.address()});
    return RunProgram(ProgramDir() / "efferent", arguments);
  }
};

TEST_F(StreamCommandTest, WholeSessionBeatsTheDecoderOfTheDayInTheInstability) {
  const std::optional<std::string> data = SharedData("degenhart_20160325.nwb");
  if (!data) GTEST_SKIP() << kNoSharedData;
  const std::string json = testing::TempDir() + "/efferent_stream.json";
  const Outcome outcome = Stream({"--recording", *data + "/degenhart_20160325.nwb", "--decoder",
                                  "snn", "--speed", "max", "--json", json, "--overwrite"});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("38015 of 38015 bins"), std::string::npos) << outcome.output;

  std::map<std::string, double> value;  // decoder/condition/metric
  for (const ResultRow& row : ReadResultRows(json)) {
    value[row.decoder + "/" + row.condition + "/" + row.metric] = row.value;
    if (row.decoder == "snn" && row.metric == "angle_median_deg") {
      EXPECT_EQ(row.protocol, "prequential-trials");
    }
  }
  for (const std::string condition : {"stabilizationPerturbation", "stabilization",
                                      "stabilizationEvaluation", "perturbationEvaluation"}) {
    for (const std::string metric : {"angle_median_deg", "angle_mean_deg"}) {
      const std::string key = condition + "/" + metric;
      ASSERT_TRUE(value.contains("snn/" + key)) << key;
      EXPECT_LT(value["snn/" + key], value["recorded/" + key]) << key;
    }
  }
  for (const std::string metric :
       {"bins_per_s", "roundtrip_p50_us", "roundtrip_p99_us", "echo_p50_us", "echo_p99_us"}) {
    EXPECT_GT(value["snn/all/" + metric], 0.0) << metric;
  }
}

TEST_F(StreamCommandTest, FileThatIsNoRecordingIsBadInputAndSaysSo) {
  const std::string path = testing::TempDir() + "/efferent_no_recording.nwb";
  std::ofstream(path) << "text";
  const Outcome outcome = Stream({"--recording", path});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_NE(outcome.output.find("is not an HDF5 file"), std::string::npos) << outcome.output;
}

// The published parameters of 21 decoders, each in a session of its own; the velocities come back
// over the wire.
TEST_F(StreamCommandTest, KalmanWithTheOracleParametersRedecodes1108TrialsTo1e4MmPerSecond) {
  const std::optional<std::string> data = SharedData("degenhart_20160325_oracle.h5");
  if (!data) GTEST_SKIP() << kNoSharedData;
  const Hdf5File oracle(*data + "/degenhart_20160325_oracle.h5");
  const Hdf5File recording(*data + "/degenhart_20160325.nwb");
  const std::vector<double> columns = oracle.ReadNumbers("base_electrodes");
  const std::vector<double> decoder_index = oracle.ReadNumbers("decoder_index");
  const std::vector<double> counts =
      recording.ReadNumbers("acquisition/spike_counts_as_decoded/data");
  const std::vector<double> recorded =
      recording.ReadNumbers("processing/behavior/recorded_decoder_velocity/data");
  const std::vector<double> start = recording.ReadNumbers("intervals/trials/start_time");
  const std::vector<double> stop = recording.ReadNumbers("intervals/trials/stop_time");
  constexpr std::int64_t kBin = 45'000'000;
  constexpr std::size_t kArrayChannels = 96;

  struct Session {
    std::unique_ptr<AcquisitionCall> call;
    std::uint64_t chunks = 0;
    std::int64_t bins = 0;
  };
  ServerParams params = OnAFreePort();
  params.max_sessions = 64;
  Server server(params, {}, std::make_shared<LogEvents>());
  Clients clients(server.address());
  std::map<int, Session> sessions;
  int num_trials = 0;
  double largest = 0.0;
  for (std::size_t trial = 0; trial < start.size(); ++trial) {
    const auto first = static_cast<std::size_t>(std::lround(start[trial] / 0.045));
    const auto last = static_cast<std::size_t>(std::lround(stop[trial] / 0.045));
    const int index = static_cast<int>(decoder_index[first]);
    if (index < 10) continue;  // Calibration: not decoded by these.
    Session& session = sessions[index];
    const std::string id = "oracle-" + std::to_string(index);
    if (!session.call) {
      const std::string group = index <= 11 ? "baseline" : "stabilized/" + std::to_string(index);
      v1::SessionConfig config;
      config.set_num_channels(static_cast<std::uint32_t>(columns.size()));
      config.set_bin_width_ns(kBin);
      config.set_signed_counts(true);
      config.mutable_features()->set_normalize(false);
      config.mutable_limits()->set_max_speed_m_s(100.0);
      config.mutable_limits()->set_max_acceleration_m_s2(1e6);
      v1::KalmanConfig& kalman = *config.mutable_decoder()->mutable_kalman();
      for (const double x : oracle.ReadNumbers(group + "/M1")) kalman.add_m1(x);
      for (const double x : oracle.ReadNumbers(group + "/M2")) kalman.add_m2(1e-3 * x);
      for (const double x : oracle.ReadNumbers(group + "/M0")) kalman.add_m0(1e-3 * x);
      for (const double x : oracle.ReadNumbers(group + "/mu_1")) {
        kalman.add_initial_velocity_m_s(1e-3 * x);
      }
      config.mutable_input_guard()->set_enabled(false);  // as the decoder of the day was given them
      config.mutable_timing()->set_real_time(false);     // whole trials at once
      const grpc::Status status = clients.Create(id, config);
      ASSERT_TRUE(status.ok()) << status.error_message();
      v1::StreamAcquisitionRequest open;
      open.mutable_open()->set_session_id(id);
      open.mutable_open()->set_num_channels(static_cast<std::uint32_t>(columns.size()));
      open.mutable_open()->set_bin_width_ns(kBin);
      open.mutable_open()->set_return_commands(true);
      session.call = clients.AcquireUnopened();
      ASSERT_TRUE(session.call->Write(open));
      ASSERT_TRUE(session.call->Read());
    }
    for (std::size_t bin = first; bin < last;) {
      const std::size_t piece = std::min<std::size_t>(last - bin, 64);
      v1::AcquisitionChunk chunk;
      chunk.set_sequence_number(++session.chunks);
      v1::SpikeCounts& rows = *chunk.mutable_spike_counts();
      rows.set_start_time_ns(session.bins * kBin);
      rows.set_bin_width_ns(kBin);
      if (bin == first) {
        v1::TrialEvent& event = *chunk.add_trial_events();
        event.set_time_ns(session.bins * kBin);
        event.set_kind(v1::TRIAL_EVENT_KIND_START);
        event.set_trial_index(static_cast<std::uint32_t>(trial));
      }
      for (std::size_t row = bin; row < bin + piece; ++row) {
        for (const double column : columns) {
          rows.add_counts(
              static_cast<float>(counts[row * kArrayChannels + static_cast<std::size_t>(column)]));
        }
      }
      session.bins += static_cast<std::int64_t>(piece);
      chunk.set_complete_until_ns(session.bins * kBin);
      const auto ack = Send(session.call.get(), chunk);
      ASSERT_TRUE(ack) << session.call->Finish().error_message();
      ASSERT_EQ(ack->commands_size(), static_cast<int>(piece));
      for (std::size_t i = 0; i < piece; ++i) {
        const v1::Command& command = ack->commands(static_cast<int>(i));
        ASSERT_EQ(command.status(), v1::COMMAND_STATUS_DECODED);
        const double* truth = &recorded[2 * (bin + i)];  // The oracle's y axis points down.
        largest = std::max({largest, std::abs(1e3 * command.velocity_m_s(0) - truth[0]),
                            std::abs(-1e3 * command.velocity_m_s(1) - truth[1])});
      }
      bin += piece;
    }
    ++num_trials;
  }
  EXPECT_EQ(num_trials, 1108);
  EXPECT_LT(largest, 1e-4) << "mm/s";
}

}  // namespace
}  // namespace efferent::test
