// Small recordings as people really have them, each with a peculiarity of its own: what is read, what is said, and
// what is refused with which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <liblzf/lzf.h>
#include <sys/file.h>
#include <unistd.h>

#include <fcntl.h>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "clients/acquisition/chunk_builder.h"
#include "clients/acquisition/recording_reader.h"
#include "clients/session/errors.h"
#include "tests/unit/acquisition/nwb_writer.h"

namespace efferent {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSeconds = 20.0;
constexpr int kUnits = 4;
constexpr const char* kPosition = "/processing/behavior/Position/cursor_pos";

// What differs from an ordinary recording.
struct Peculiarity {
  double spike_scale = 1.0;
  std::vector<double> extra_spikes;  // Of the first unit.
  double last_spike_s = kSeconds;
  bool has_units = true;
  bool has_position = true;
  std::uint64_t num_columns = 2;
  double position_scale = 1.0;
  std::string position_unit = "meters";
  double position_offset_s = 0.0;
  double position_hz = 100.0;
};

double X(double time_s, std::uint64_t column) {
  return 0.1 * std::sin(1.3 * time_s + static_cast<double>(column));
}

// Four units that fire in turn at 25 Hz in all, a hand that swings by 0.1 m (up to 0.13 m/s in each dimension).
void Write(const std::string& path, const Peculiarity& p,
           const std::function<void(test::NwbWriter*)>& more = {}) {
  test::NwbWriter file(path);
  if (p.has_units) {
    std::vector<double> times, ends;
    for (int unit = 0; unit < kUnits; ++unit) {
      for (double t = 0.01 + 0.04 * unit; t < p.last_spike_s; t += 0.16) {
        times.push_back(t * p.spike_scale);
      }
      if (unit == 0) times.insert(times.end(), p.extra_spikes.begin(), p.extra_spikes.end());
      ends.push_back(static_cast<double>(times.size()));
    }
    file.Numbers("/units/spike_times", {times.size()}, times);
    file.Numbers("/units/spike_times_index", {kUnits}, ends);
    file.Numbers("/units/id", {kUnits}, {0, 1, 2, 3});
  }
  if (p.has_position) {
    std::vector<double> values, times;
    for (int i = 0; i < static_cast<int>(kSeconds * p.position_hz); ++i) {
      const double time_s = i / p.position_hz;
      times.push_back(time_s + p.position_offset_s);
      for (std::uint64_t column = 0; column < p.num_columns; ++column) {
        values.push_back(p.position_scale * X(time_s, column));
      }
    }
    file.Numbers(std::string(kPosition) + "/data", {times.size(), p.num_columns}, values);
    file.Attribute(std::string(kPosition) + "/data", "unit", p.position_unit);
    file.Numbers(std::string(kPosition) + "/timestamps", {times.size()}, times);
    file.Attribute(kPosition, "neurodata_type", std::string("SpatialSeries"));
  }
  if (more) more(&file);
}

class AsPeopleHaveThem : public testing::Test {
 protected:
  Recording Read(const Peculiarity& p, const std::function<void(test::NwbWriter*)>& more = {}) {
    options_.path = test::ScratchPath("case.nwb");
    Write(options_.path, p, more);
    Recording recording = ReadRecording(options_);
    said_ = DescribeFindings(recording.findings);
    return recording;
  }
  std::string Refusal(const Peculiarity& p,
                      const std::function<void(test::NwbWriter*)>& more = {}) {
    try {
      Read(p, more);
    } catch (const InputError& e) {
      return e.what();
    }
    return "it was read: " + said_;
  }
  // Largest difference between the read velocity and the true one, relative to its amplitude of 0.13 m/s.
  static double VelocityError(const Recording& recording) {
    const PointTrack velocity = MeasuredVelocity(recording, true);
    double largest = 0.0;
    for (std::size_t bin = 0; bin + 10 < velocity.size(); ++bin) {
      const double start_s = 0.02 * static_cast<double>(bin);
      const double truth = (X(start_s + 0.02, 0) - X(start_s, 0)) / 0.02;
      if (velocity[bin]) largest = std::max(largest, std::abs((*velocity[bin])[0] - truth));
    }
    return largest / 0.13;
  }

  RecordingOptions options_;
  std::string said_;
};

void TrialTable(test::NwbWriter* file, const std::vector<double>& start,
                const std::vector<double>& stop) {
  file->Numbers("/intervals/trials/start_time", {start.size()}, start);
  if (!stop.empty()) file->Numbers("/intervals/trials/stop_time", {stop.size()}, stop);
}

TEST_F(AsPeopleHaveThem, OneLineSaysWhatWasTaken) {
  const Recording recording = Read({});
  EXPECT_EQ(recording.num_bins, 1000);
  EXPECT_THAT(said_, HasSubstr("spikes: 4 units of /units, 500 spikes, in bins of 20 ms"));
  EXPECT_THAT(said_, HasSubstr(std::string("position: ") + kPosition));
  EXPECT_LT(VelocityError(recording), 1e-3);
}

TEST_F(AsPeopleHaveThem, PositionsAreInterpolatedWhateverTheirRate) {
  // Held instead of interpolated, the velocity is off by its own size in every other bin.
  for (const double rate_hz : {30.0, 60.0, 120.0, 1000.0}) {
    Peculiarity p;
    p.position_hz = rate_hz;
    EXPECT_LT(VelocityError(Read(p)), 0.03) << rate_hz;
  }
}

TEST_F(AsPeopleHaveThem, OneToEightDimensionsAreRead) {
  for (const std::uint64_t columns : {1, 4, 8}) {
    Peculiarity p;
    p.num_columns = columns;
    const Recording recording = Read(p);
    EXPECT_EQ(recording.num_dimensions, static_cast<int>(columns));
    EXPECT_NEAR((*recording.position_m[50])[columns - 1], X(1.0, columns - 1), 1e-12);
  }
  Peculiarity p;
  p.num_columns = 9;
  p.position_hz = 50.0;
  const Recording recording = Read(p);
  EXPECT_THAT(recording.why_no_behavior, HasSubstr("must be [samples x 1 to 8 dimensions]"));
}

TEST_F(AsPeopleHaveThem, AVelocityAloneIsEnough) {
  Peculiarity p;
  p.has_position = false;
  Recording recording = Read(p, [](test::NwbWriter* file) {
    file->Series("/processing/behavior/hand_vel", {1000, 2}, std::vector<double>(2000, 0.2), 50.0,
                 "m/s");
  });
  EXPECT_FALSE(recording.has_position());
  EXPECT_TRUE(recording.has_behavior());
  ChunkBuilder builder(&recording, &recording.velocity_m_s, 0, 1);
  v1::AcquisitionChunk chunk;
  builder.Build(3, &chunk);
  ASSERT_EQ(chunk.behavior_size(), 1);
  EXPECT_EQ(chunk.behavior(0).arm_state().velocity_m_s(1), 0.2);
  EXPECT_TRUE(chunk.behavior(0).arm_state().position_m().empty()) << "is not known";
}

TEST_F(AsPeopleHaveThem, UnitsOfLengthAreUnderstoodOrGuessedAndSaid) {
  Peculiarity p;
  p.position_scale = 100.0;
  p.position_unit = "Centimeters";
  EXPECT_LT(VelocityError(Read(p)), 1e-3);
  EXPECT_THAT(said_, Not(HasSubstr("taken for")));

  p.position_unit = "meters";
  EXPECT_LT(VelocityError(Read(p)), 1e-3) << "centimetres under the name of metres";
  EXPECT_THAT(said_, HasSubstr("says `meters`, but would move at"));
  EXPECT_THAT(said_, HasSubstr("--scale"));

  p.position_unit = "pixels";
  p.position_scale = 1000.0;
  EXPECT_LT(VelocityError(Read(p)), 1e-3);
  EXPECT_THAT(said_, HasSubstr("its unit `pixels` is no length"));

  options_.scale_m = 2e-3;
  const Recording recording = Read(p);
  EXPECT_NEAR((*recording.position_m[50])[0], 2.0 * X(1.0, 0), 1e-12);
}

TEST_F(AsPeopleHaveThem, UnitsComeBeforeASeriesThatMerelyCounts) {
  const auto lick = [](test::NwbWriter* file) {
    file->Series("/processing/behavior/lick_counts", {200, 2}, std::vector<double>(400, 1.0), 10.0,
                 "counts");
  };
  EXPECT_EQ(Read({}, lick).num_channels, 4u);
  EXPECT_THAT(said_, HasSubstr("there is also /processing/behavior/lick_counts (--counts)"));
  options_.counts = "lick_counts";
  EXPECT_EQ(Read({}, lick).num_channels, 2u);
  options_.counts.reset();
  const auto spikes = [](test::NwbWriter* file) {
    file->Series("/acquisition/spike_counts", {1000, 3}, std::vector<double>(3000, 1.0), 50.0,
                 "count");
  };
  EXPECT_EQ(Read({}, spikes).num_channels, 3u);
  EXPECT_THAT(said_, HasSubstr("there is also /units (--units)"));
  options_.units = true;
  EXPECT_EQ(Read({}, spikes).num_channels, 4u);
}

TEST_F(AsPeopleHaveThem, UnitsAreChosenByTheirColumns) {
  const auto quality = [](test::NwbWriter* file) {
    file->Strings("/units/quality", {"good", "mua", "noise", "good"});
    file->Numbers("/units/snr", {kUnits}, {5.0, 2.5, 1.0, 2.0});
  };
  options_.units_where = {"quality=good"};
  const Recording recording = Read({}, quality);
  EXPECT_EQ(recording.num_channels, 2u);
  EXPECT_THAT(said_, HasSubstr("2 of 4 units of /units (quality=good)"));
  const auto& events = std::get<SpikeEventList>(recording.spikes);
  EXPECT_EQ(events.times_ns[1], 130'000'000) << "the fourth unit is the second channel";
  EXPECT_EQ(events.channels[1], 1u);
  options_.units_where = {"quality=good|mua", "snr >= 2.5"};
  EXPECT_EQ(Read({}, quality).num_channels, 2u);
  options_.units_where = {"quality=excellent"};
  EXPECT_THAT(Refusal({}, quality), HasSubstr("true for none of 4 units"));
  options_.units_where = {"depth>3"};
  EXPECT_THAT(Refusal({}, quality), HasSubstr("no such column; it has id, quality, snr"));
  options_.units_where = {"good"};
  EXPECT_THAT(Refusal({}, quality), HasSubstr("must be like quality=good"));
}

TEST_F(AsPeopleHaveThem, SpikeEventSeriesAreChannels) {
  Peculiarity p;
  p.has_units = false;
  const Recording recording = Read(p, [](test::NwbWriter* file) {
    for (const char* name : {"array_0", "array_1"}) {
      const std::string path = std::string("/acquisition/") + name;
      std::vector<double> times;
      for (int i = 0; i < 100; ++i) times.push_back(0.1 + 0.19 * i + (name[6] == '1' ? 0.05 : 0.0));
      file->Numbers(path + "/data", {100, 1, 8}, std::vector<double>(800, 1e-5));
      file->Numbers(path + "/timestamps", {100}, times);
      file->Attribute(path, "neurodata_type", std::string("SpikeEventSeries"));
    }
  });
  EXPECT_EQ(recording.num_channels, 2u);
  const auto& events = std::get<SpikeEventList>(recording.spikes);
  ASSERT_EQ(events.times_ns.size(), 200u);
  EXPECT_EQ(events.times_ns[1], 150'000'000);
  EXPECT_EQ(events.channels[1], 1u);
}

TEST_F(AsPeopleHaveThem, BinsThatWereNotObservedAreNeitherLearntNorScored) {
  const Recording recording = Read({}, [](test::NwbWriter* file) {
    // Two units say that they were observed from 2 to 8.01 s, one from 8 to 15.99 s, one not at all.
    file->Numbers("/units/obs_intervals", {3, 2}, {2.0, 8.01, 2.0, 8.01, 8.0, 15.99});
    file->Numbers("/units/obs_intervals_index", {kUnits}, {1, 2, 3, 3});
  });
  EXPECT_EQ(recording.num_bins, 999) << "to the last spike, at 19.97 s";
  EXPECT_FALSE(recording.is_observed(99));
  EXPECT_TRUE(recording.is_observed(100));
  EXPECT_TRUE(recording.is_observed(400));
  EXPECT_TRUE(recording.is_observed(798));
  EXPECT_FALSE(recording.is_observed(799)) << "observed for half of it";
  const PointTrack velocity = MeasuredVelocity(recording, true);
  EXPECT_FALSE(velocity[99]);
  EXPECT_TRUE(velocity[100]);
  EXPECT_FALSE(recording.engaged[99]);
  EXPECT_THAT(said_, HasSubstr("bins: 300 of 999 were not observed"));
}

TEST_F(AsPeopleHaveThem, TheLastSilentBinsAreKept) {
  Peculiarity p;
  p.last_spike_s = 12.0;
  EXPECT_EQ(Read(p).num_bins, 1000) << "to the end of the behaviour";
  p.last_spike_s = 8.0;
  EXPECT_EQ(Read(p).num_bins, 399) << "spikes cease for longer than they lasted";
  const auto observed = [](test::NwbWriter* file) {
    file->Numbers("/units/obs_intervals", {kUnits, 2}, {0, 18, 0, 18, 0, 18, 0, 18});
    file->Numbers("/units/obs_intervals_index", {kUnits}, {1, 2, 3, 4});
  };
  EXPECT_EQ(Read(p, observed).num_bins, 900);
}

TEST_F(AsPeopleHaveThem, ColumnsOfTrialsMayHaveAnyType) {
  const auto table = [](test::NwbWriter* file) {
    TrialTable(file, {1, 3, 5, 7}, {2, 4, 6, 8});
    file->Numbers("/intervals/trials/trial_type", {4}, {3, 3, 5, kNaN});
    file->Strings("/intervals/trials/success", {"yes", "No", "correct", "perhaps"});
  };
  const Recording recording = Read({}, table);
  ASSERT_EQ(recording.trials.size(), 4u);
  EXPECT_EQ(recording.trials[0].trial_type, "3");
  EXPECT_EQ(recording.trials[3].trial_type, "unknown");
  EXPECT_EQ(recording.trials[0].success, true);
  EXPECT_EQ(recording.trials[1].success, false);
  EXPECT_EQ(recording.trials[2].success, true);
  EXPECT_FALSE(recording.trials[3].success);
  EXPECT_THAT(said_, HasSubstr("`success` says neither yes nor no in 1 of 4 rows"));

  const auto ragged = [](test::NwbWriter* file) {
    TrialTable(file, {1, 3}, {2, 4});
    file->Strings("/intervals/trials/trial_type", {"a", "b", "c"});
    file->Numbers("/intervals/trials/trial_type_index", {2}, {1, 3});
    file->Numbers("/intervals/trials/success", {2}, {kNaN, 1.0});
  };
  const Recording second = Read({}, ragged);
  EXPECT_EQ(second.trials[0].trial_type, "trials");
  EXPECT_FALSE(second.trials[0].success) << "not a number: not known";
  EXPECT_EQ(second.trials[1].success, true);
  EXPECT_THAT(said_, HasSubstr("`trial_type` is left out: it has several values a row"));
}

TEST_F(AsPeopleHaveThem, BadTrialsAreDroppedAndOpenOnesEndWhereTheNextBegins) {
  const auto stops = [](const Recording& recording) {
    std::vector<std::int64_t> bins;
    for (const RecordedTrial& trial : recording.trials) bins.push_back(trial.stop_bin);
    return bins;
  };
  const Recording some = Read({}, [](test::NwbWriter* file) {
    TrialTable(file, {1, 3, 5, kNaN, 7}, {2, kNaN, 4.5, 6, kNaN});
  });
  EXPECT_THAT(stops(some), testing::ElementsAre(100, 350, 1000));
  EXPECT_THAT(said_, HasSubstr("trials: 2 of 5 dropped"));
  EXPECT_THAT(said_, HasSubstr("trials: 2 of 5 have no stop"));
  const Recording none = Read({}, [](test::NwbWriter* file) { TrialTable(file, {1, 3}, {}); });
  EXPECT_THAT(stops(none), testing::ElementsAre(150, 1000));
}

TEST_F(AsPeopleHaveThem, AnotherTableOfTrialsIsNamedAndCanBeChosen) {
  const auto reaches = [](test::NwbWriter* file) {
    file->Numbers("/intervals/reaches/start_time", {2}, {1, 3});
    file->Numbers("/intervals/reaches/stop_time", {2}, {2, 4});
  };
  EXPECT_EQ(Read({}, reaches).trials.size(), 0u);
  EXPECT_THAT(said_, HasSubstr("choose with --trials: reaches"));
  options_.trials = "reaches";
  EXPECT_EQ(Read({}, reaches).trials.size(), 2u);
  options_.trials = "grasps";
  EXPECT_THAT(Refusal({}, reaches), HasSubstr("no table /intervals/grasps; it has reaches"));
}

TEST_F(AsPeopleHaveThem, SpikesAndBehaviourThatNeverMeetAreRefusedWithBothSpans) {
  Peculiarity p;
  p.position_offset_s = 1.7e9;
  const std::string refusal = Refusal(p);
  EXPECT_THAT(refusal, HasSubstr("no time in common: the spikes are from 0.0 to 2"));
  EXPECT_THAT(refusal, HasSubstr("the behaviour from 1700000000.0 to 1700000020.0 s"));
  p = {};
  p.position_scale = kNaN;
  EXPECT_THAT(Refusal(p), HasSubstr("2000 samples from 0.0 to 20.0 s, none of them finite"));
}

TEST_F(AsPeopleHaveThem, SpikeTimesInMillisecondsOrSamplesAreNamed) {
  Peculiarity p;
  p.spike_scale = 1000.0;
  EXPECT_THAT(Refusal(p), HasSubstr("look like milliseconds"));
  options_.spike_time_scale_s = 1e-3;
  EXPECT_EQ(Read(p).num_bins, 1000);
  options_.spike_time_scale_s.reset();
  p.spike_scale = 30'000.0;
  EXPECT_THAT(Refusal(p), HasSubstr("look like samples at 30000 Hz"));
}

TEST_F(AsPeopleHaveThem, SingleBadValuesAreDroppedAndCounted) {
  Peculiarity p;
  p.last_spike_s = 3.0 * kSeconds;  // One of a thousand may be an outlier: 1,500 are needed.
  p.extra_spikes = {kNaN, 5e6};
  EXPECT_EQ(Read(p).num_bins, 2999) << "the last is at 59.97 s";
  EXPECT_THAT(said_, HasSubstr("spikes: 1 of 1502 dropped: their time is not finite"));
  EXPECT_THAT(said_, HasSubstr("spikes: 1 of 1502 dropped: far from all others, one at 5e+06 s"));

  const auto with_times = [&](std::vector<double> times) {
    Peculiarity none;
    none.has_position = false;
    return Read(none, [times](test::NwbWriter* file) {
      const std::string path = kPosition;
      file->Numbers(path + "/data", {times.size(), 1}, times);
      file->Numbers(path + "/timestamps", {times.size()}, times);
      file->Attribute(path, "neurodata_type", std::string("SpatialSeries"));
    });
  };
  std::vector<double> times;
  for (int i = 0; i < 1000; ++i) times.push_back(0.02 * i);
  for (const double bad : {kNaN, 9.9, 1e9}) {
    std::vector<double> some = times;
    some[500] = bad;
    const Recording recording = with_times(some);
    EXPECT_THAT(said_, HasSubstr("position: 1 of 1000 samples dropped")) << bad;
    ASSERT_TRUE(recording.position_m[500]) << "from its neighbours";
  }
  std::reverse(times.begin(), times.end());
  EXPECT_THROW(with_times(times), InputError) << "that is no single sample";
}

TEST_F(AsPeopleHaveThem, CountsThatLookTransposedAreAskedAbout) {
  Peculiarity p;
  p.has_units = false;
  const std::string refusal = Refusal(p, [](test::NwbWriter* file) {
    file->Series("/acquisition/spike_counts", {3, 1000}, std::vector<double>(3000, 1.0), 50.0,
                 "count");
  });
  EXPECT_THAT(refusal, HasSubstr("is /acquisition/spike_counts transposed? It is [3 x 1000]"));
}

TEST_F(AsPeopleHaveThem, LinksToOtherFilesAreNamedWhereSomethingIsMissing) {
  Peculiarity p;
  p.has_position = false;
  const Recording recording = Read(p, [](test::NwbWriter* file) {
    file->Numbers("/processing/behavior/x", {1}, {1.0});
    file->ExternalLink("/processing/behavior/cursor_pos", "raw_data.nwb", "/pos");
  });
  EXPECT_FALSE(recording.has_behavior());
  EXPECT_THAT(recording.why_no_behavior, HasSubstr("`raw_data.nwb`"));
  EXPECT_THAT(said_, HasSubstr("/processing/behavior/cursor_pos is a link to `/pos`"));
}

// A filter that does nothing, with a number that nobody has.
std::size_t PassOn(unsigned, std::size_t, const unsigned[], std::size_t num_bytes, std::size_t*,
                   void**) {
  return num_bytes;
}

// Packs a chunk as h5py does.
std::size_t PackLzf(unsigned, std::size_t, const unsigned[], std::size_t num_bytes,
                    std::size_t* buffer_size, void** buffer) {
  void* packed = H5allocate_memory(num_bytes, false);
  const unsigned written = lzf_compress(*buffer, static_cast<unsigned>(num_bytes), packed,
                                        static_cast<unsigned>(num_bytes));
  H5free_memory(*buffer);
  *buffer = packed;
  *buffer_size = num_bytes;
  return written;
}

TEST_F(AsPeopleHaveThem, LzfIsReadAndAFilterThatIsMissingIsNamed) {
  Peculiarity p;
  p.has_units = false;
  const auto counts = [](H5Z_filter_t filter) {
    return [filter](test::NwbWriter* file) {
      const std::string path = "/acquisition/spike_counts";
      file->FilteredNumbers(path + "/data", {1000, 3}, std::vector<double>(3000, 2.0), filter);
      file->Numbers(path + "/starting_time", {}, {0.0});
      file->Attribute(path + "/starting_time", "rate", 50.0);
      file->Attribute(path, "neurodata_type", std::string("TimeSeries"));
    };
  };
  constexpr H5Z_filter_t kLzf = 32000;
  const H5Z_class2_t packer = {H5Z_CLASS_T_VERS, kLzf, 1, 0, "lzf", nullptr, nullptr, PackLzf};
  ASSERT_GE(H5Zregister(&packer), 0);
  Recording recording = Read(p, counts(kLzf));
  EXPECT_EQ(std::get<CountMatrix>(recording.spikes).Row(999)[2], 2.0F);

  constexpr H5Z_filter_t kNobodys = 500;
  const H5Z_class2_t description = {H5Z_CLASS_T_VERS, kNobodys, 1,       1,
                                    "nobodys",        nullptr,  nullptr, PassOn};
  ASSERT_GE(H5Zregister(&description), 0);
  const std::string path = test::ScratchPath("nobodys.nwb");
  Write(path, p, counts(kNobodys));
  ASSERT_GE(H5Zunregister(kNobodys), 0);
  options_.path = path;
  try {
    ReadRecording(options_);
    ADD_FAILURE() << "it was read";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("a filter that is not installed here: `nobodys` (500)"));
    EXPECT_THAT(e.what(), HasSubstr("h5repack"));
  }
}

TEST_F(AsPeopleHaveThem, AFileThatAnotherProgramWritesIsInUseAndNotDamaged) {
  const std::string path = test::ScratchPath("locked.nwb");
  Write(path, {});
  const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(descriptor, LOCK_EX | LOCK_NB), 0);
  options_.path = path;
  try {
    ReadRecording(options_);
    ADD_FAILURE() << "it was read";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("locked.nwb is in use"));
  }
  close(descriptor);
}

}  // namespace
}  // namespace efferent
