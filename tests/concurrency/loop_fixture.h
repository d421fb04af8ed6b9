#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "server/loop/control_loop.h"
#include "tests/concurrency/probe_decoder.h"

namespace efferent::test {

inline constexpr int kChannels = 2;

/// A control loop around a probe, with its handoffs and a clock that stands still until it is set.
class LoopFixture {
 public:
  explicit LoopFixture(double max_acceleration_m_s2 = 1e6, std::function<void()> on_learn = {},
                       TimingParams timing = {.real_time = false}, LoopJournal* journal = nullptr) {
    StepParams params;
    params.num_channels = kChannels;
    params.bin_width_ns = kBinWidthNs;
    params.features.normalize = false;
    params.intention.label_source = LabelSource::kKinematics;
    params.guard.enabled = false;  // its reference would write into the diary too
    params.limits.max_speed_m_s = 100.0;
    params.limits.max_acceleration_m_s2 = max_acceleration_m_s2;
    loop = std::make_unique<ControlLoop>(
        LoopState(std::make_unique<Step>(
            params, std::make_unique<ProbeDecoder>(diary, std::move(on_learn)))),
        timing.Effective(kBinWidthNs), &mailbox, &inbox, &latencies,
        [this] { return now_ns.load(); }, journal);
  }

  /// Times in these tests are in bins; a bin is 10 ms.
  static constexpr TimeNs kBinWidthNs = 10'000'000;
  static TimeNs Bins(double bins) { return static_cast<TimeNs>(bins * kBinWidthNs); }

  /// A chunk of events that completes bins up to `until_bins`, with a spike at each of
  /// `spike_bins`.
  static Chunk Events(std::uint64_t sequence_number, double until_bins,
                      const std::vector<double>& spike_bins = {}) {
    Chunk chunk;
    chunk.sequence_number = sequence_number;
    chunk.complete_until_ns = Bins(until_bins);
    for (const double bins : spike_bins) chunk.spikes.push_back({Bins(bins), 0});
    return chunk;
  }
  static Chunk Counts(std::uint64_t sequence_number, int first_bin, int num_bins, float count) {
    Chunk chunk;
    chunk.sequence_number = sequence_number;
    chunk.has_counts = true;
    chunk.counts_start_time_ns = Bins(first_bin);
    chunk.complete_until_ns = Bins(first_bin + num_bins);
    chunk.counts.assign(static_cast<std::size_t>(num_bins * kChannels), 0.0f);
    for (int i = 0; i < num_bins; ++i)
      chunk.counts[static_cast<std::size_t>(i * kChannels)] = count;
    return chunk;
  }
  /// An arm state whose velocity, which is the label, has x = `label`.
  static BehaviorSample State(double label, double time_bins = 0.0) {
    BehaviorSample sample;
    sample.time_ns = Bins(time_bins);
    sample.velocity_m_s = TaskVector(label, 0.0, 0.0);
    sample.engaged = true;
    return sample;
  }

  std::optional<Violation> Admit(const Chunk& chunk) const {
    ChunkPlan plan;
    return loop->Admit(chunk, &plan);
  }
  /// Applies and concludes a chunk that must be admitted; returns what was published.
  std::vector<PublishedCommand> Handle(const Chunk& chunk) {
    std::vector<PublishedCommand> published = Apply(chunk);
    loop->Conclude();
    return published;
  }
  /// The first half of it.
  std::vector<PublishedCommand> Apply(const Chunk& chunk) {
    ChunkPlan plan;
    const auto wrong = loop->Admit(chunk, &plan);
    EXPECT_FALSE(wrong) << wrong->field << " " << wrong->description;
    std::vector<PublishedCommand> published;
    if (!wrong) loop->Apply(chunk, plan, now_ns, &published);
    return published;
  }

  std::shared_ptr<Diary> diary = std::make_shared<Diary>();
  CommandMailbox mailbox;
  BehaviorInbox inbox;
  StageLatencies latencies;
  std::atomic<std::int64_t> now_ns = 0;
  std::unique_ptr<ControlLoop> loop;
};

}  // namespace efferent::test
