// A million frames over a network that loses, repeats, delays and reorders them: what the loop reports
// is what was done to them.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "server/loop/control_loop.h"

namespace efferent::test {
namespace {

constexpr std::uint64_t kNumFrames = 1'000'000;
constexpr TimeNs kWidthNs = 1'000'000;

/// Decodes the number of spikes, and counts how often its activity started anew.
class SpikeCounter final : public Decoder {
 public:
  explicit SpikeCounter(std::shared_ptr<std::uint64_t> resets) : resets_(std::move(resets)) {}
  std::string_view name() const override { return "counter"; }
  bool learns() const noexcept override { return false; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override {
    return {features.sum(), 0.0, 0.0};
  }
  void Learn(const std::optional<TaskVector>&) noexcept override {}
  void ResetActivity() noexcept override { ++*resets_; }
  void CopyWeightsFrom(const Decoder&) noexcept override {}
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return true; }
  void VisitState(StateVisitor& /*visitor*/) override {}
  std::unique_ptr<Decoder> Clone() const override { return std::make_unique<SpikeCounter>(*this); }

 private:
  std::shared_ptr<std::uint64_t> resets_;
};

std::size_t SpikesOf(std::uint64_t frame) { return 1 + frame % 7; }

/// Frame n holds bin n - 1.
void Fill(std::uint64_t frame, Chunk* chunk) {
  chunk->Clear();
  chunk->sequence_number = frame;
  chunk->complete_until_ns = static_cast<TimeNs>(frame) * kWidthNs;
  const TimeNs start_ns = chunk->complete_until_ns - kWidthNs;
  for (std::size_t i = 0; i < SpikesOf(frame); ++i) {
    chunk->spikes.push_back({start_ns + static_cast<TimeNs>(i) * 1'000, 0});
  }
}

struct Network {
  std::vector<std::uint64_t> arrivals;  // frames in the order in which they come
  std::vector<bool> lost;               // by frame
  std::uint64_t num_repeats = 0;
};

/// 1 % of the frames are lost, 1 % come twice, 2 % are held back for up to 20 frames.
Network Transmit(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto one_in = [&](std::uint64_t n) { return random() % n == 0; };
  Network network;
  network.lost.resize(kNumFrames + 1);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> copies;  // arrival, frame
  for (std::uint64_t frame = 1; frame <= kNumFrames; ++frame) {
    if (one_in(100)) {
      network.lost[frame] = true;
      continue;
    }
    const bool twice = one_in(100);
    network.num_repeats += twice ? 1 : 0;
    for (int copy = 0; copy <= (twice ? 1 : 0); ++copy) {
      copies.emplace_back(frame + (one_in(50) ? 1 + random() % 20 : 0), frame);
    }
  }
  std::stable_sort(copies.begin(), copies.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& copy : copies) network.arrivals.push_back(copy.second);
  return network;
}

TEST(LossyFrames, WhatIsReportedIsWhatWasDoneToThem) {
  const Network network = Transmit(20120305);
  const auto resets = std::make_shared<std::uint64_t>(0);
  StepParams params;
  params.num_channels = 1;
  params.bin_width_ns = kWidthNs;
  params.guard.enabled = false;  // its reference would be reset and counted too
  params.features.normalize = false;
  params.limits.max_speed_m_s = 100.0;
  params.limits.max_acceleration_m_s2 = 1e6;
  CommandMailbox mailbox;
  BehaviorInbox inbox;
  StageLatencies latencies;
  ControlLoop loop(
      LoopState(std::make_unique<Step>(params, std::make_unique<SpikeCounter>(resets))),
      TimingParams{.real_time = false, .deadline_ns = kWidthNs}, &mailbox, &inbox, &latencies,
      [] { return std::int64_t{0}; });

  // The truth by other means: a flag for each frame.
  std::vector<bool> came(kNumFrames + 1);
  std::uint64_t highest = 0, applied = 0, late = 0, late_spikes = 0, gaps = 0;
  Chunk chunk;
  std::vector<PublishedCommand> published;
  for (const std::uint64_t frame : network.arrivals) {
    Fill(frame, &chunk);
    ChunkPlan plan;
    ASSERT_FALSE(loop.Admit(chunk, &plan));
    published.clear();
    loop.Apply(chunk, plan, 0, &published);
    loop.Conclude();
    if (frame > highest) {
      gaps += frame > highest + 1 ? 1 : 0;
      highest = frame;
      ++applied;
      ASSERT_EQ(published.size(), 1u) << "frame " << frame;
      ASSERT_EQ(published[0].command.bin_index, frame - 1);
      ASSERT_EQ(published[0].command.velocity_m_s.x(), static_cast<double>(SpikesOf(frame)))
          << "nothing of another frame is in its bin";
    } else {
      ASSERT_TRUE(published.empty()) << "frame " << frame;
      late += came[frame] ? 0 : 1;
      late_spikes += came[frame] ? 0 : SpikesOf(frame);
    }
    came[frame] = true;
  }
  std::uint64_t lost = 0;
  for (std::uint64_t frame = 1; frame < highest; ++frame) lost += network.lost[frame] ? 1 : 0;

  const LoopStatus status = loop.status();
  EXPECT_GT(late, kNumFrames / 100);
  EXPECT_EQ(status.duplicate_chunk_count, network.num_repeats);
  EXPECT_EQ(status.late_chunk_count, late);
  EXPECT_EQ(status.missing_chunk_count - status.late_chunk_count, lost);
  EXPECT_EQ(status.applied_sequence_number, applied + status.missing_chunk_count);
  EXPECT_EQ(status.decoded_bin_count, applied);
  EXPECT_EQ(status.missed_bin_count, status.missing_chunk_count) << "a bin a frame";
  EXPECT_EQ(status.late_event_count, late_spikes);
  EXPECT_EQ(*resets, gaps) << "activity starts anew after each gap, and only there";
}

}  // namespace
}  // namespace efferent::test
