#include "tests/bench/round_trip_condition.h"

#include <algorithm>
#include <cstdint>
#include <regex>
#include <stdexcept>

namespace efferent::bench {
namespace {

// Of a bin, over a minute of a session.
double MeanSpikeBytes(const load::ReachLoop& loop) {
  constexpr std::int64_t kNumBins = 1000;
  const std::int64_t stride =
      std::max<std::int64_t>(1, 60'000'000'000 / loop.params().bin_width_ns / kNumBins);
  v1::AcquisitionChunk chunk;
  double sum = 0.0;
  for (std::int64_t k = 0; k < kNumBins; ++k) {
    loop.WriteChunk(k * stride, &chunk);
    sum += static_cast<double>(chunk.spike_events().ByteSizeLong());
  }
  return sum / kNumBins;
}

load::ReachLoop MakeLoop(const RoundTripCondition& condition, std::uint64_t seed) {
  load::ReachLoopParams params{condition.num_channels, condition.bin_width_ns, 1.0, seed};
  load::ReachLoop loop(params);
  if (condition.chunk_bytes == 0.0) return loop;
  // How many bytes a spike takes is the contract's affair: measured.
  params.rate_factor = condition.chunk_bytes / MeanSpikeBytes(loop);
  return load::ReachLoop(params);
}

}  // namespace

RoundTripCondition ParseCondition(const std::string& name) {
  static const std::regex form(R"((\d{1,4})@(\d{1,4})(k?)Hz(?:-(?:(\d{1,3})kB|(counts)))?)");
  std::smatch parts;
  if (!std::regex_match(name, parts, form)) {
    throw std::invalid_argument("`" + name +
                                "` is no condition: CHANNELS@RATE[-SIZEkB|-counts], for example "
                                "96@1kHz, 1024@50Hz-60kB or 1024@1kHz-counts");
  }
  RoundTripCondition condition;
  condition.name = name;
  condition.num_channels = std::stoi(parts[1]);
  const double rate_hz = std::stod(parts[2]) * (parts[3].length() > 0 ? 1e3 : 1.0);
  if (condition.num_channels < 1 || condition.num_channels > 4096) {
    throw std::invalid_argument(name + ": channels must be in [1, 4096]");
  }
  if (rate_hz < 1.0 || rate_hz > 10e3) {
    throw std::invalid_argument(name + ": the rate must be in [1 Hz, 10 kHz]");
  }
  condition.bin_width_ns = static_cast<std::int64_t>(1e9 / rate_hz);
  if (parts[4].matched) condition.chunk_bytes = 1e3 * std::max(1, std::stoi(parts[4]));
  condition.counts = parts[5].matched;
  return condition;
}

ChunkSource::ChunkSource(const RoundTripCondition& condition, std::uint64_t seed)
    : counts_(condition.counts), loop_(MakeLoop(condition, seed)) {}

void ChunkSource::Write(std::int64_t bin, v1::AcquisitionChunk* chunk) const {
  if (counts_) {
    loop_.WriteCounts(bin, chunk);
  } else {
    loop_.WriteChunk(bin, chunk);
  }
  if (chunk->behavior_size() == 0) chunk->add_behavior();
  loop_.WriteBehavior(bin, chunk->mutable_behavior(0));
}

void WriteAckFor(const v1::AcquisitionChunk& chunk, v1::AcquisitionAck* ack) {
  ack->set_applied_sequence_number(chunk.sequence_number());
  ack->set_decoded_until_ns(chunk.complete_until_ns());
  v1::Command* command = ack->commands_size() > 0 ? ack->mutable_commands(0) : ack->add_commands();
  command->set_bin_index(chunk.sequence_number() - 1);
  command->set_bin_stop_time_ns(chunk.complete_until_ns());
  command->set_status(v1::COMMAND_STATUS_DECODED);
  command->mutable_velocity_m_s()->Resize(2, 0.0);  // Doubles are as long whatever they say.
  command->set_client_send_time_ns(chunk.client_send_time_ns());
}

}  // namespace efferent::bench
