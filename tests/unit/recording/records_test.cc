#include "server/journal/records.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace efferent {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'123'456'789;

std::vector<char> Buffer(std::size_t capacity = 1 << 20) {
  std::vector<char> bytes;
  bytes.reserve(capacity);
  return bytes;
}

std::string_view View(const std::vector<char>& bytes) { return {bytes.data(), bytes.size()}; }

/// A sample with every field set, or with none that may be absent.
BehaviorSample Sample(bool full) {
  BehaviorSample sample;
  sample.time_ns = 7;
  sample.engaged = full;
  if (!full) return sample;
  sample.position_m = TaskVector(0.1, -0.2, 0.3);
  sample.velocity_m_s = TaskVector(1, 2, 3);
  sample.target_position_m = TaskVector(4, 5, 6);
  sample.target_radius_m = 0.01;
  sample.reward = -0.5;
  return sample;
}

AppliedChunk Applied() {
  AppliedChunk applied;
  applied.chunk.sequence_number = 12;
  applied.chunk.complete_until_ns = 40'000'000;
  applied.chunk.client_send_time_ns = 99;
  applied.chunk.spikes = {{39'999'999, 4'095}, {0, 0}, {20'000'000, 7}};
  applied.chunk.behavior = {Sample(true), Sample(false)};
  applied.chunk.trial_boundaries = {{5, TrialBoundary::Kind::kStart},
                                    {6, TrialBoundary::Kind::kStop}};
  applied.record.first_bin_index = 2;
  applied.record.bins.resize(2);
  BinRecord& bin = applied.record.bins[0];
  bin.inputs.stopped = true;
  bin.inputs.learning = false;
  bin.inputs.arm = Sample(true);
  bin.command = {2, 30'000'000, CommandStatus::kFault, TaskVector(0.5, -0.25, 0.0)};
  bin.withheld = Withheld::kStale;
  bin.decode_ns = 17;
  bin.respond_ns = 18;
  bin.missed_deadline = true;
  bin.learnt = LearnRecord{true, 0b1010'0001, std::nullopt};
  applied.record.changes = {{1, 5}};
  applied.record.boundaries = {{0, {3, TrialBoundary::Kind::kStop}}};
  return applied;
}

AppliedChunk RoundTrip(const AppliedChunk& applied) {
  auto bytes = Buffer();
  EXPECT_TRUE(AppendChunk(applied.chunk, applied.record, kNow, &bytes));
  RecordCursor cursor(View(bytes));
  const auto record = cursor.Next();
  EXPECT_TRUE(record);
  EXPECT_EQ(record->time_unix_ns, kNow);
  EXPECT_FALSE(cursor.Next());
  return std::get<AppliedChunk>(record->what);
}

void ExpectSame(const BehaviorSample& a, const BehaviorSample& b) {
  EXPECT_EQ(a.time_ns, b.time_ns);
  EXPECT_EQ(a.position_m, b.position_m);
  EXPECT_EQ(a.velocity_m_s, b.velocity_m_s);
  EXPECT_EQ(a.engaged, b.engaged);
  EXPECT_EQ(a.target_position_m, b.target_position_m);
  EXPECT_EQ(a.target_radius_m, b.target_radius_m);
  EXPECT_EQ(a.reward, b.reward);
}

TEST(Records, ChunkComesBackWithAllThatBecameOfIt) {
  const AppliedChunk applied = Applied();
  const auto [chunk, record] = RoundTrip(applied);
  EXPECT_EQ(chunk.sequence_number, 12u);
  EXPECT_EQ(chunk.complete_until_ns, 40'000'000);
  EXPECT_EQ(chunk.client_send_time_ns, 99);
  ASSERT_EQ(chunk.spikes.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(chunk.spikes[i].time_ns, applied.chunk.spikes[i].time_ns);
    EXPECT_EQ(chunk.spikes[i].channel, applied.chunk.spikes[i].channel);
  }
  EXPECT_FALSE(chunk.has_counts);
  ASSERT_EQ(chunk.behavior.size(), 2u);
  ExpectSame(chunk.behavior[0], Sample(true));
  ExpectSame(chunk.behavior[1], Sample(false));
  ASSERT_EQ(chunk.trial_boundaries.size(), 2u);
  EXPECT_EQ(chunk.trial_boundaries[1].time_ns, 6);
  EXPECT_EQ(chunk.trial_boundaries[1].kind, TrialBoundary::Kind::kStop);

  EXPECT_FALSE(record.ignored);
  EXPECT_EQ(record.first_bin_index, 2u);
  ASSERT_EQ(record.bins.size(), 2u);
  const BinRecord& bin = record.bins[0];
  EXPECT_TRUE(bin.inputs.stopped);
  EXPECT_EQ(bin.inputs.learning, false);
  ASSERT_TRUE(bin.inputs.arm);
  ExpectSame(*bin.inputs.arm, Sample(true));
  EXPECT_EQ(bin.command.bin_index, 2u);
  EXPECT_EQ(bin.command.status, CommandStatus::kFault);
  EXPECT_EQ(bin.command.velocity_m_s, TaskVector(0.5, -0.25, 0.0));
  EXPECT_EQ(bin.withheld, Withheld::kStale);
  EXPECT_EQ(bin.decode_ns, 17);
  EXPECT_EQ(bin.respond_ns, 18);
  EXPECT_TRUE(bin.missed_deadline);
  ASSERT_TRUE(bin.learnt);
  EXPECT_TRUE(bin.learnt->driver);
  EXPECT_EQ(bin.learnt->shadows, 0b1010'0001u);
  EXPECT_FALSE(record.bins[1].learnt);
  EXPECT_FALSE(record.bins[1].inputs.learning);
  EXPECT_FALSE(record.bins[1].inputs.arm);
  ASSERT_EQ(record.changes.size(), 1u);
  EXPECT_EQ(record.changes[0].number, 5u);
  ASSERT_EQ(record.boundaries.size(), 1u);
  EXPECT_EQ(record.boundaries[0].boundary.time_ns, 3);
}

TEST(Records, SpikesOfLongAgoKeepTheirTimes) {
  AppliedChunk applied = Applied();
  applied.chunk.complete_until_ns = 300'000'000'000;
  applied.chunk.spikes = {{1, 3}, {299'999'999'999, 4}};
  const auto chunk = RoundTrip(applied).chunk;
  EXPECT_EQ(chunk.spikes[0].time_ns, 1);
  EXPECT_EQ(chunk.spikes[1].time_ns, 299'999'999'999);
}

TEST(Records, CountsKeepTheirBits) {
  AppliedChunk applied = Applied();
  applied.chunk.spikes.clear();
  applied.chunk.has_counts = true;
  applied.chunk.counts_start_time_ns = 20'000'000;
  applied.chunk.counts = {0.0f, -0.0f, 1.5f, std::numeric_limits<float>::denorm_min()};
  const auto chunk = RoundTrip(applied).chunk;
  EXPECT_TRUE(chunk.has_counts);
  EXPECT_EQ(chunk.counts_start_time_ns, 20'000'000);
  ASSERT_EQ(chunk.counts.size(), 4u);
  EXPECT_TRUE(std::signbit(chunk.counts[1]));
  EXPECT_EQ(chunk.counts, applied.chunk.counts);
}

TEST(Records, EveryKindComesBackInItsOrder) {
  auto bytes = Buffer();
  ASSERT_TRUE(AppendRecord(Learnt{{true, 3, std::nullopt}}, 1, &bytes));
  ASSERT_TRUE(AppendRecord(CheckpointMark{4}, 2, &bytes));
  ASSERT_TRUE(AppendRecord(ArmUpdateRecord{"arm"}, 3, &bytes));
  ASSERT_TRUE(AppendRecord(TrialEventsRecord{}, 4, &bytes));
  ASSERT_TRUE(
      AppendRecord(CommandRecord{{9, 10, CommandStatus::kHeld, TaskVector(1, 0, 0)}}, 5, &bytes));
  ASSERT_TRUE(AppendRecord(Gap{77}, 6, &bytes));
  RecordCursor cursor(View(bytes));
  EXPECT_EQ(std::get<Learnt>(cursor.Next()->what).record.shadows, 3u);
  EXPECT_EQ(std::get<CheckpointMark>(cursor.Next()->what).number, 4u);
  EXPECT_EQ(std::get<ArmUpdateRecord>(cursor.Next()->what).message, "arm");
  EXPECT_EQ(std::get<TrialEventsRecord>(cursor.Next()->what).message, "");
  EXPECT_EQ(std::get<CommandRecord>(cursor.Next()->what).command.status, CommandStatus::kHeld);
  const auto last = cursor.Next();
  EXPECT_EQ(last->time_unix_ns, 6);
  EXPECT_EQ(std::get<Gap>(last->what).num_records, 77u);
  EXPECT_FALSE(cursor.Next());
}

TEST(Records, WhatDoesNotFitLeavesNothingBehind) {
  const AppliedChunk applied = Applied();
  auto bytes = Buffer(400);
  ASSERT_TRUE(AppendRecord(Learnt{}, 1, &bytes));
  const std::vector<char> before = bytes;
  EXPECT_FALSE(AppendChunk(applied.chunk, applied.record, kNow, &bytes));
  EXPECT_EQ(bytes, before);
  EXPECT_EQ(bytes.capacity(), before.capacity() > 400 ? bytes.capacity() : 400u);
}

TEST(Records, CutOffOnesAreRefused) {
  const AppliedChunk applied = Applied();
  auto bytes = Buffer();
  ASSERT_TRUE(AppendChunk(applied.chunk, applied.record, kNow, &bytes));
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    RecordCursor cursor(View(bytes).substr(0, size));
    EXPECT_THROW(cursor.Next(), DamagedRecord) << size;
  }
}

TEST(Records, DamagedOnesAreRefusedOrReadButNeverMoreThanThereIs) {
  const AppliedChunk applied = Applied();
  auto whole = Buffer();
  ASSERT_TRUE(AppendChunk(applied.chunk, applied.record, kNow, &whole));
  std::mt19937 random(3);
  for (int run = 0; run < 20'000; ++run) {
    std::vector<char> bytes = whole;
    for (int i = 0; i < 3; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    RecordCursor cursor(View(bytes));
    try {
      while (cursor.Next()) {
      }
    } catch (const DamagedRecord&) {
    }
  }
}

TEST(Records, SayWhetherTheDriverLearntAndThoseOfOldThatItIsNotKnown) {
  for (const std::optional<bool> learnt :
       {std::optional<bool>(), std::optional(false), std::optional(true)}) {
    std::vector<char> bytes = Buffer();
    LearnRecord record{true, 5, learnt};
    ASSERT_TRUE(AppendRecord(Learnt{record}, kNow, &bytes));
    // Length, kind and time come before it. In old recordings it is a flag: 1.
    const std::size_t driver = 4 + 1 + 8;
    if (!learnt) {
      EXPECT_EQ(bytes[driver], 1);
    }
    const auto read = RecordCursor(View(bytes)).Next();
    ASSERT_TRUE(read);
    const LearnRecord& again = std::get<Learnt>(read->what).record;
    EXPECT_TRUE(again.driver);
    EXPECT_EQ(again.shadows, 5u);
    EXPECT_EQ(again.driver_learnt, learnt);
  }
}

}  // namespace
}  // namespace efferent
