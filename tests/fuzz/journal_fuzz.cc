// A piece of a journal: read and done again, or refused with an error; never a way out of what there is.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/recording/replay.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {
namespace {

constexpr int kChannels = 3;
constexpr TimeNs kWidth = 5'000'000;

SessionSettings Settings() {
  v1::SessionConfig config;
  config.set_num_channels(kChannels);
  config.set_bin_width_ns(kWidth);
  config.mutable_decoder()->mutable_snn()->set_num_neurons(4);
  std::vector<Violation> violations;
  return ReadSettings(config, SettingsUse::kSession, &violations);
}

std::vector<RecordedChange> Changes() {
  std::vector<RecordedChange> changes(2);
  changes[0].number = 1;
  changes[0].kind = "add_shadow";
  changes[0].name = "shadow";
  changes[0].config_json = R"({"nlms":{}})";
  changes[1].number = 2;
  changes[1].kind = "promote_shadow";
  changes[1].config_json = "{ }";
  return changes;
}

/// What a session of so many chunks leaves behind.
std::string Journal(bool counts, int num_chunks) {
  std::vector<char> bytes;
  bytes.reserve(1 << 16);
  LoopState state(MakeStep(Settings(), MakeDecoder));
  for (int i = 0; i < num_chunks; ++i) {
    Chunk chunk;
    chunk.sequence_number = static_cast<std::uint64_t>(i) + 1;
    chunk.complete_until_ns = (i + 1) * 2 * kWidth;
    if (counts) {
      chunk.has_counts = true;
      chunk.counts_start_time_ns = i * 2 * kWidth;
      chunk.counts.assign(2 * kChannels, 1.0f);
    } else {
      chunk.spikes = {{chunk.complete_until_ns - 1, 1}, {chunk.complete_until_ns - kWidth, 2}};
    }
    chunk.trial_boundaries = {{chunk.complete_until_ns - 1, TrialBoundary::Kind::kStart}};
    ChunkPlan plan;
    Promise(!state.Admit(chunk, &plan), "the seed is in order");
    state.Enter(chunk, plan);
    ChunkRecord record;
    record.first_bin_index = plan.first_bin_index;
    for (std::size_t bin = 0; bin < plan.num_bins; ++bin) {
      BinRecord& of = record.bins.emplace_back();
      of.inputs.stopped = i == 2;
      of.inputs.arm.emplace().engaged = true;
      of.inputs.arm->target_position_m = TaskVector(0.1, 0.0, 0.0);
      if (i < 2 && bin == 1) record.changes.push_back({bin, static_cast<std::uint64_t>(i) + 1});
      state.PrepareBin(of.inputs, {}, {});
      of.command = state.DecodeBin(chunk, bin);
      of.learnt = LearnRecord{true, 1, std::nullopt};
      state.LearnAgain(*of.learnt);
    }
    AppendChunk(chunk, record, i, &bytes);
    AppendRecord(CheckpointMark{static_cast<std::uint64_t>(i) + 1}, i, &bytes);
  }
  AppendRecord(Gap{3}, 1, &bytes);
  AppendRecord(ArmUpdateRecord{"x"}, 1, &bytes);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::vector<std::string> FuzzSeeds() { return {Journal(false, 6), Journal(true, 6)}; }

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent;
  static const SessionSettings settings = test::Settings();
  static const std::vector<RecordedChange> changes = test::Changes();
  Replay replay(settings, changes, MakeDecoder);
  RecordCursor cursor(std::string_view(reinterpret_cast<const char*>(data), size));
  try {
    while (const auto record = cursor.Next()) replay.Apply(*record);
  } catch (const DamagedRecord& error) {
    test::Promise(std::string_view(error.what()).size() > 10, "an error says what is wrong");
  }
  return 0;
}
