#include "clients/acquisition/recording_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "clients/session/errors.h"
#include "tests/shared_data.h"
#include "tests/unit/acquisition/nwb_writer.h"

namespace efferent {
namespace {

RecordingOptions At(const std::string& path) {
  RecordingOptions options;
  options.path = path;
  return options;
}

/// What the refusal of a file says.
std::string Refusal(const RecordingOptions& options) {
  try {
    ReadRecording(options);
  } catch (const InputError& e) {
    return e.what();
  }
  return "it was read";
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(RecordingReader, ReadsCountsTrialsAndBehaviourInMetres) {
  const std::string path = test::ScratchPath("small.nwb");
  test::WriteSmallRecording(path);
  Recording recording = ReadRecording(At(path));
  EXPECT_EQ(recording.num_bins, 10);
  EXPECT_EQ(recording.num_channels, 3u);
  EXPECT_EQ(recording.bin_width_ns, 20'000'000);
  ASSERT_EQ(recording.trials.size(), 2u);
  EXPECT_EQ(recording.trials[1].first_bin, 5);
  EXPECT_EQ(recording.trials[1].stop_bin, 10);
  EXPECT_EQ(recording.trials[1].condition, "late");
  EXPECT_EQ(recording.trials[1].success, false);
  EXPECT_FALSE(recording.position_m[0]) << "not a number in the file";
  EXPECT_NEAR((*recording.position_m[3])[0], 0.003, 1e-12);
  EXPECT_NEAR((*recording.target_m[3])[0], 0.1, 1e-12);
  EXPECT_FALSE(recording.engaged[0]);
  EXPECT_TRUE(recording.engaged[1]);
  const std::span<const float> row = std::get<CountMatrix>(recording.spikes).Row(7);
  EXPECT_EQ(std::vector<float>(row.begin(), row.end()), (std::vector<float>{7, 8, 9}));
}

TEST(RecordingReader, BinsWithoutATimeStampAreMissingAndOthersAreRefused) {
  const auto write = [](const std::string& path, const std::vector<double>& times) {
    test::NwbWriter file(path);
    file.Numbers("/acquisition/spike_counts/data", {times.size(), 1},
                 std::vector<double>(times.size(), 3.0));
    file.Attribute("/acquisition/spike_counts/data", "unit", "count");
    file.Numbers("/acquisition/spike_counts/timestamps", {times.size()}, times);
    file.Attribute("/acquisition/spike_counts", "neurodata_type", "TimeSeries");
  };
  const std::string path = test::ScratchPath("times.nwb");
  write(path, {1.0, 1.02, 1.08, 1.1});
  Recording recording = ReadRecording(At(path));
  EXPECT_EQ(recording.num_bins, 6);
  EXPECT_EQ(recording.bin_width_ns, 20'000'000);
  CountMatrix& counts = std::get<CountMatrix>(recording.spikes);
  EXPECT_EQ(counts.Row(1)[0], 3.0F);
  EXPECT_EQ(counts.Row(3)[0], 0.0F);
  EXPECT_EQ(counts.Row(5)[0], 3.0F);

  // Rounded to milliseconds: no gap adds up.
  const std::string rounded = test::ScratchPath("rounded.nwb");
  write(rounded, {0.0, 0.017, 0.033, 0.05, 0.067, 0.083, 0.1});
  EXPECT_EQ(ReadRecording(At(rounded)).num_bins, 7);

  const double nan = std::nan("");
  for (const std::vector<double>& bad :
       std::vector<std::vector<double>>{{0.0, 0.02, 0.05, 0.07, 0.09, 0.11},
                                        {0.0, 100.0, 0.02, 0.04},
                                        {0.0, 0.02, 0.02, 0.04},
                                        {0.0, nan, 0.04, 0.06},
                                        {0.06, 0.04, 0.02, 0.0}}) {
    const std::string refused = test::ScratchPath("refused.nwb");
    write(refused, bad);
    EXPECT_NE(Refusal(At(refused)), "it was read") << bad[1] << ", " << bad[2];
  }
}

TEST(RecordingReader, ReadsSpikeTimesOfUnitsAsEvents) {
  const std::string path = test::ScratchPath("units.nwb");
  {
    test::NwbWriter file(path);
    file.Numbers("/units/spike_times", {5}, {0.001, 0.030, 0.015, 0.045, 0.0999});
    file.Numbers("/units/spike_times_index", {2}, {2, 5});
    file.Numbers("/units/id", {2}, {0, 1});
  }
  const Recording recording = ReadRecording(At(path));
  EXPECT_EQ(recording.num_channels, 2u);
  const SpikeEventList& events = std::get<SpikeEventList>(recording.spikes);
  ASSERT_EQ(events.times_ns.size(), 5u);
  EXPECT_TRUE(std::is_sorted(events.times_ns.begin(), events.times_ns.end()));
  EXPECT_EQ(events.channels[0], 0u);
  EXPECT_EQ(events.channels[1], 1u);
}

TEST(RecordingReader, SaysThatAFileIsNotHdf5) {
  const std::string path = test::ScratchPath("text.nwb");
  std::ofstream(path) << "not a recording";
  EXPECT_EQ(Refusal(At(path)), path + " is not an HDF5 file");
}

TEST(RecordingReader, SaysThatAFileIsMissing) {
  EXPECT_TRUE(Contains(Refusal(At("no/such/file.nwb")), "no/such/file.nwb: No such file"));
}

TEST(RecordingReader, SaysThatAFileIsTruncated) {
  const std::string path = test::ScratchPath("whole.nwb");
  test::WriteSmallRecording(path);
  std::ifstream whole(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
  const std::string cut = test::ScratchPath("cut.nwb");
  std::ofstream(cut, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  EXPECT_TRUE(Contains(Refusal(At(cut)), cut + " is truncated or damaged")) << Refusal(At(cut));
}

TEST(RecordingReader, SaysThatNeitherCountsNorUnitsAreThereAndWhatIs) {
  const std::string path = test::ScratchPath("empty.nwb");
  {
    test::NwbWriter file(path);
    file.Series("/acquisition/lfp", {4, 2}, std::vector<double>(8, 0.5), 1000.0, "volts");
  }
  const std::string refusal = Refusal(At(path));
  EXPECT_TRUE(Contains(refusal, path)) << refusal;
  EXPECT_TRUE(Contains(refusal, "counts")) << refusal;
  EXPECT_TRUE(Contains(refusal, "nits")) << refusal;
}

TEST(RecordingReader, SaysThatANamedDatasetIsMissingAndWhatThereIs) {
  const std::string path = test::ScratchPath("small.nwb");
  test::WriteSmallRecording(path);
  RecordingOptions options = At(path);
  options.counts = "spikes";
  EXPECT_TRUE(Contains(Refusal(options), "--counts spikes")) << Refusal(options);
  EXPECT_TRUE(Contains(Refusal(options), "spike_counts")) << Refusal(options);
}

TEST(RecordingReader, RefusesCountsThatAreNotFinite) {
  const std::string path = test::ScratchPath("nan.nwb");
  {
    test::NwbWriter file(path);
    file.Series("/acquisition/spike_counts", {2, 1}, {1.0, std::nan("")}, 50.0, "count");
  }
  EXPECT_TRUE(Contains(Refusal(At(path)), "is not finite in bin 1")) << Refusal(At(path));
}

TEST(RecordingReader, ReadsTheDegenhartSession) {
  const std::optional<std::string> data = test::SharedData("degenhart_20160325.nwb");
  if (!data) GTEST_SKIP() << test::kNoSharedData;
  const Recording recording = ReadRecording(At(*data + "/degenhart_20160325.nwb"));
  EXPECT_EQ(recording.num_bins, 38015);
  EXPECT_EQ(recording.num_channels, 75u) << "electrodes.base";
  EXPECT_EQ(recording.bin_width_ns, 45'000'000);
  EXPECT_EQ(recording.trials.size(), 1252u);
  EXPECT_TRUE(recording.has_negative_counts);
  EXPECT_EQ(recording.trials.front().condition, "gradualTrain");
  EXPECT_EQ(recording.trials.back().condition, "baselineEvaluation#2");
  RecordingOptions all = At(recording.path);
  all.electrodes = "all";
  EXPECT_EQ(ReadRecording(all).num_channels, 96u);
}

}  // namespace
}  // namespace efferent
