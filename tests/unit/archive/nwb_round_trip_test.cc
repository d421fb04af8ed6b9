// An exported session, read by what `efferent stream` reads recordings with: nothing is lost on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "clients/acquisition/chunk_builder.h"
#include "clients/acquisition/recording_reader.h"
#include "tests/unit/acquisition/nwb_writer.h"
#include "tests/unit/archive/synthetic_session.h"

namespace efferent::test {
namespace {

using testing::ElementsAre;

class NwbRoundTrip : public testing::Test {
 protected:
  /// Exports and reads it again.
  void Pass(SyntheticSpikes spikes) {
    session_ = MakeSyntheticSession(spikes);
    path_ = ScratchPath("session.nwb");
    totals_ = Export(session_, path_);
    RecordingOptions options;
    options.path = path_;
    options.bin_width_ms = 1e-6 * kSyntheticWidthNs;
    options.scale_m = 1.0;  // Its hand is faster than any.
    recording_ = ReadRecording(options);
  }
  /// Bin `bin` as `efferent stream` sends it, and as the session had it.
  void ExpectSameBehavior(int bin) {
    ChunkBuilder builder(&recording_, &recording_.velocity_m_s, 0, 1);
    v1::AcquisitionChunk chunk;
    builder.Build(bin, &chunk);
    ASSERT_EQ(chunk.behavior_size(), 1);
    EXPECT_EQ(chunk.behavior(0).DebugString(),
              SyntheticBin(&session_, bin).behavior().DebugString())
        << "bin " << bin;
  }

  SyntheticSession session_;
  std::string path_;
  archive::ExportTotals totals_;
  Recording recording_;
};

TEST_F(NwbRoundTrip, CountsAreTheSame) {
  Pass(SyntheticSpikes::kCounts);
  EXPECT_EQ(recording_.num_bins, kSyntheticBins);
  EXPECT_EQ(recording_.num_channels, static_cast<std::uint32_t>(kSyntheticChannels));
  EXPECT_EQ(recording_.bin_width_ns, kSyntheticWidthNs);
  EXPECT_TRUE(totals_.has_counts);
  CountMatrix& counts = std::get<CountMatrix>(recording_.spikes);
  for (int bin = 0; bin < kSyntheticBins; ++bin) {
    for (int channel = 0; channel < kSyntheticChannels; ++channel) {
      EXPECT_EQ(counts.Row(bin)[static_cast<std::size_t>(channel)],
                static_cast<float>(bin) + static_cast<float>(channel) / 3.0F);
    }
  }
}

TEST_F(NwbRoundTrip, SpikeTimesAreExactToTheNanosecondAndInOrder) {
  Pass(SyntheticSpikes::kEvents);
  const auto& events = std::get<SpikeEventList>(recording_.spikes);
  std::vector<std::pair<std::int64_t, std::uint32_t>> expected, got;
  for (std::size_t i = 0; i < events.times_ns.size(); ++i) {
    got.emplace_back(events.times_ns[i], events.channels[i]);
  }
  for (const v1::RecordedItem& item : session_.items) {
    if (item.chunk().ignored()) continue;
    const v1::SpikeEvents& spikes = item.chunk().chunk().spike_events();
    for (int i = 0; i < spikes.time_ns_size(); ++i) {
      expected.emplace_back(spikes.time_ns(i), spikes.channel(i));
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(got, expected);
  EXPECT_EQ(totals_.num_spikes, expected.size());
  EXPECT_EQ(totals_.num_late_spikes, 0u);
  EXPECT_EQ(recording_.num_channels, static_cast<std::uint32_t>(kSyntheticChannels));
  EXPECT_EQ(recording_.num_bins, kSyntheticBins);
}

TEST_F(NwbRoundTrip, OfASessionThatWentOverFromEventsToCountsAndBackBothAreThere) {
  SyntheticSession session = MakeSyntheticSession(SyntheticSpikes::kEvents);
  const SyntheticSession counted = MakeSyntheticSession(SyntheticSpikes::kCounts);
  // The chunk with bins 6 and 7 has counts.
  const auto has_counts = [](const v1::RecordedItem& item) {
    return item.chunk().bins_size() > 0 && item.chunk().bins(0).command().bin_index() == 6;
  };
  const auto to = std::find_if(session.items.begin(), session.items.end(), has_counts);
  const auto from = std::find_if(counted.items.begin(), counted.items.end(), has_counts);
  *to = *from;
  const std::string path = ScratchPath("both.nwb");
  const archive::ExportTotals totals = Export(session, path);
  EXPECT_TRUE(totals.has_counts);
  const Hdf5File file(path);
  EXPECT_FALSE(file.IsGroup("/units")) << "it would be taken for all the spikes";
  EXPECT_EQ(file.Shape("/processing/ecephys/spike_events/spike_times")[0], totals.num_spikes);

  RecordingOptions options;
  options.path = path;
  Recording recording = ReadRecording(options);
  CountMatrix& counts = std::get<CountMatrix>(recording.spikes);
  for (int bin = 0; bin < kSyntheticBins; ++bin) {
    for (int channel = 0; channel < kSyntheticChannels; ++channel) {
      // As events bin + channel of them; see MakeSyntheticSession.
      const bool is_counted = bin == 6 || bin == 7;
      const float expected = is_counted
                                 ? static_cast<float>(bin) + static_cast<float>(channel) / 3.0F
                                 : static_cast<float>(bin + channel);
      EXPECT_EQ(counts.Row(bin)[static_cast<std::size_t>(channel)], expected)
          << "bin " << bin << ", channel " << channel;
    }
  }
}

TEST_F(NwbRoundTrip, WhatADecoderIsToldOfBodyAndTargetIsTheSame) {
  Pass(SyntheticSpikes::kCounts);
  for (int bin = 1; bin < kSyntheticBins; ++bin) ExpectSameBehavior(bin);
  EXPECT_FALSE(recording_.position_m[0]) << "there was no arm";
  EXPECT_FALSE(recording_.engaged[0]);
}

TEST_F(NwbRoundTrip, PositionsThatNobodyKnewAreNotANumber) {
  SyntheticSession session = MakeSyntheticSession(SyntheticSpikes::kCounts);
  for (const int bin : {3, 6}) {
    SyntheticBin(&session, bin).mutable_behavior()->mutable_arm_state()->clear_position_m();
  }
  const std::string path = ScratchPath("unknown.nwb");
  Export(session, path);
  const std::vector<double> positions =
      Hdf5File(path).ReadNumbers("/processing/behavior/Position/cursor_position/data");
  for (std::size_t bin = 1; bin < kSyntheticBins; ++bin) {
    EXPECT_EQ(std::isnan(positions[2 * bin]), bin == 3 || bin == 6) << "bin " << bin;
  }
}

TEST_F(NwbRoundTrip, CommandsAreThere) {
  Pass(SyntheticSpikes::kEvents);
  for (int bin = 0; bin < kSyntheticBins; ++bin) {
    const auto& velocity = recording_.recorded_velocity_m_s[static_cast<std::size_t>(bin)];
    ASSERT_TRUE(velocity);
    EXPECT_EQ((*velocity)[0], bin / 19.0);
    EXPECT_EQ((*velocity)[1], -1.0 / (bin + 7));
  }
}

TEST_F(NwbRoundTrip, TrialsCoverTheBinsThatTheyTookEffectIn) {
  Pass(SyntheticSpikes::kCounts);
  ASSERT_EQ(recording_.trials.size(), 2u);
  EXPECT_EQ(recording_.trials[0].first_bin, 1);
  EXPECT_EQ(recording_.trials[0].stop_bin, 6);
  EXPECT_EQ(recording_.trials[0].trial_type, "one");
  EXPECT_EQ(recording_.trials[0].success, true);
  EXPECT_EQ(recording_.trials[1].first_bin, 6);
  EXPECT_EQ(recording_.trials[1].stop_bin, kSyntheticBins) << "under way at the end";
  EXPECT_EQ(recording_.trials[1].success, std::nullopt) << "nobody has said how it ended";
  const NwbFile file(path_);
  EXPECT_THAT(file.NumberColumn("/intervals/trials", "reported_start_time").value(),
              ElementsAre(1e-9, (5.0 * kSyntheticWidthNs + 4) / 1e9));
}

TEST_F(NwbRoundTrip, EventsAreInOrder) {
  Pass(SyntheticSpikes::kCounts);
  const NwbFile file(path_);
  const std::string table = "/processing/decoding/events";
  EXPECT_THAT(file.StringColumn(table, "kind").value(),
              ElementsAre("learning", "command HELD", "decoder swap", "records missing", "fault"));
  EXPECT_EQ(totals_.num_events, 5u);
  EXPECT_EQ(totals_.num_ignored_chunks, 1u);
}

TEST_F(NwbRoundTrip, ABinThatNeverCameHasNoRow) {
  SyntheticSession session = MakeSyntheticSession(SyntheticSpikes::kCounts);
  const std::string path = ScratchPath("gap.nwb");
  // The chunk with bins 8 and 9.
  std::erase_if(session.items, [](const v1::RecordedItem& item) {
    return item.chunk().bins_size() > 0 && item.chunk().bins(0).command().bin_index() == 8;
  });
  EXPECT_EQ(Export(session, path).num_missing_bins, 2u);
  const Hdf5File file(path);
  EXPECT_EQ(file.Shape("/processing/ecephys/spike_counts/data")[0], kSyntheticBins - 2u);
  EXPECT_EQ(file.ReadNumbers("/processing/ecephys/spike_counts/timestamps")[8],
            10.0 * kSyntheticWidthNs / 1e9);

  RecordingOptions options;
  options.path = path;
  Recording recording = ReadRecording(options);
  EXPECT_EQ(recording.num_bins, kSyntheticBins);
  EXPECT_EQ(recording.bin_width_ns, kSyntheticWidthNs);
  EXPECT_THAT(DescribeFindings(recording.findings),
              testing::HasSubstr("bins: 2 of 12 have no row"));
  EXPECT_FALSE(recording.is_observed(8));
  CountMatrix& counts = std::get<CountMatrix>(recording.spikes);
  EXPECT_EQ(counts.Row(7)[0], 7.0F);
  EXPECT_EQ(counts.Row(8)[0], 0.0F);
  EXPECT_EQ(counts.Row(10)[0], 10.0F);
}

TEST_F(NwbRoundTrip, LateSpikesAreThereAndCounted) {
  SyntheticSession session = MakeSyntheticSession(SyntheticSpikes::kEvents);
  v1::SpikeEvents* spikes =
      session.items.back().mutable_chunk()->mutable_chunk()->mutable_spike_events();
  spikes->add_channel(2);
  spikes->add_time_ns(17);
  const std::string path = ScratchPath("late.nwb");
  EXPECT_EQ(Export(session, path).num_late_spikes, 1u);
}

}  // namespace
}  // namespace efferent::test
