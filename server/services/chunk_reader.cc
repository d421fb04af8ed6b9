#include "server/services/chunk_reader.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "decoder/spike_binner.h"
#include "server/services/message_mapping.h"

namespace efferent {
namespace {

std::string Indexed(const char* field, int index) {
  return std::string(field) + "[" + std::to_string(index) + "]";
}

std::optional<Violation> ReadEvents(const v1::SpikeEvents& events, const SessionShape& shape,
                                    const ChunkLimits& limits, TimeNs complete_until_ns,
                                    Chunk* chunk) {
  if (events.channel_size() != events.time_ns_size()) {
    return Violation{"chunk.spike_events", "has " + std::to_string(events.channel_size()) +
                                               " channels and " +
                                               std::to_string(events.time_ns_size()) +
                                               " times, must have as many of each"};
  }
  if (events.time_ns_size() > limits.max_events) {
    return Violation{"chunk.spike_events", "has " + std::to_string(events.time_ns_size()) +
                                               " events, at most " +
                                               std::to_string(limits.max_events) +
                                               " are taken at once; send shorter chunks"};
  }
  chunk->spikes.resize(static_cast<std::size_t>(events.time_ns_size()));
  for (int i = 0; i < events.time_ns_size(); ++i) {
    const std::uint32_t channel = events.channel(i);
    const TimeNs time_ns = events.time_ns(i);
    if (channel >= static_cast<std::uint32_t>(shape.num_channels)) {
      return Violation{Indexed("chunk.spike_events.channel", i),
                       "is " + std::to_string(channel) + ", must be below num_channels (" +
                           std::to_string(shape.num_channels) + ")"};
    }
    if (time_ns < 0 || time_ns >= complete_until_ns) {
      return Violation{Indexed("chunk.spike_events.time_ns", i),
                       "is " + std::to_string(time_ns) + " ns, must be in [0, " +
                           std::to_string(complete_until_ns) +
                           ") ns; a later spike belongs to a later chunk"};
    }
    chunk->spikes[static_cast<std::size_t>(i)] = {time_ns, channel};
  }
  return std::nullopt;
}

std::optional<Violation> ReadCounts(const v1::SpikeCounts& message, const SessionShape& shape,
                                    TimeNs complete_until_ns, Chunk* chunk) {
  if (message.bin_width_ns() != shape.bin_width_ns) {
    return Violation{"chunk.spike_counts.bin_width_ns",
                     "is " + std::to_string(message.bin_width_ns()) +
                         " ns, must be the session's " + std::to_string(shape.bin_width_ns) +
                         " ns; create a session with this bin width, or bin again"};
  }
  const TimeNs start_ns = message.start_time_ns();
  if (start_ns < 0 || start_ns > kMaxSessionTimeNs || start_ns % shape.bin_width_ns != 0) {
    return Violation{"chunk.spike_counts.start_time_ns",
                     "is " + std::to_string(start_ns) +
                         " ns, must be a multiple of the bin width (" +
                         std::to_string(shape.bin_width_ns) + " ns) in [0, " +
                         std::to_string(kMaxSessionTimeNs) + "] ns"};
  }
  if (message.counts_size() % shape.num_channels != 0) {
    return Violation{"chunk.spike_counts.counts",
                     "has " + std::to_string(message.counts_size()) +
                         " elements, must have a multiple of num_channels (" +
                         std::to_string(shape.num_channels) + ")"};
  }
  const int rows = message.counts_size() / shape.num_channels;
  if (rows > SpikeBinner::kMaxBinsAhead) {
    return Violation{"chunk.spike_counts.counts",
                     "has " + std::to_string(rows) + " rows, at most " +
                         std::to_string(SpikeBinner::kMaxBinsAhead) +
                         " bins are taken at once; send shorter chunks"};
  }
  if (complete_until_ns != start_ns + rows * shape.bin_width_ns) {
    return Violation{"chunk.complete_until_ns",
                     "is " + std::to_string(complete_until_ns) +
                         " ns, must be the end of the last row, " +
                         std::to_string(start_ns + rows * shape.bin_width_ns) + " ns"};
  }
  const float lowest = shape.signed_counts ? -kMaxCount : 0.0f;
  for (int i = 0; i < message.counts_size(); ++i) {
    const float count = message.counts(i);
    if (count >= lowest && count <= kMaxCount) continue;  // written so that NaN fails
    return Violation{Indexed("chunk.spike_counts.counts", i),
                     "is " + std::to_string(count) + " (row " +
                         std::to_string(i / shape.num_channels) + ", channel " +
                         std::to_string(i % shape.num_channels) + "), must be in [" +
                         std::to_string(static_cast<int>(lowest)) + ", " +
                         std::to_string(static_cast<int>(kMaxCount)) + "]" +
                         (count < 0 ? "; set signed_counts in the session if it is meant" : "")};
  }
  chunk->has_counts = true;
  chunk->counts_start_time_ns = start_ns;
  chunk->counts.assign(message.counts().begin(), message.counts().end());
  return std::nullopt;
}

std::optional<Violation> ReadBehaviorSamples(const v1::AcquisitionChunk& message,
                                             const SessionShape& shape, Chunk* chunk) {
  if (message.behavior_size() > SpikeBinner::kMaxBinsAhead) {
    return Violation{"chunk.behavior",
                     "has " + std::to_string(message.behavior_size()) + " samples, at most " +
                         std::to_string(SpikeBinner::kMaxBinsAhead) + " bins are taken at once"};
  }
  chunk->behavior.resize(static_cast<std::size_t>(message.behavior_size()));
  for (int i = 0; i < message.behavior_size(); ++i) {
    const v1::BehaviorSample& sample = message.behavior(i);
    if (auto wrong =
            ReadBehavior(sample.arm_state(), sample.has_target() ? &sample.target() : nullptr,
                         shape.num_dimensions, "arm_state", "target",
                         &chunk->behavior[static_cast<std::size_t>(i)])) {
      wrong->field = Indexed("chunk.behavior", i) + "." + wrong->field;
      return wrong;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Violation> ReadChunk(const v1::AcquisitionChunk& message, const SessionShape& shape,
                                   const ChunkLimits& limits, Chunk* chunk) {
  chunk->Clear();
  const auto bytes = static_cast<std::int64_t>(message.ByteSizeLong());
  if (bytes > limits.max_bytes) {
    return Violation{"chunk", "has " + std::to_string(bytes) + " bytes, at most " +
                                  std::to_string(limits.max_bytes) +
                                  " are taken at once; send shorter chunks"};
  }
  if (message.sequence_number() == 0) {
    return Violation{"chunk.sequence_number", "is 0, must begin with 1"};
  }
  const TimeNs complete_until_ns = message.complete_until_ns();
  if (complete_until_ns < 0 || complete_until_ns > kMaxSessionTimeNs) {
    return Violation{"chunk.complete_until_ns",
                     "is " + std::to_string(complete_until_ns) + " ns, must be in [0, " +
                         std::to_string(kMaxSessionTimeNs) + "] ns of session time"};
  }
  chunk->sequence_number = message.sequence_number();
  chunk->complete_until_ns = complete_until_ns;
  chunk->client_send_time_ns = message.client_send_time_ns();

  if (message.has_spike_events()) {
    if (auto wrong = ReadEvents(message.spike_events(), shape, limits, complete_until_ns, chunk)) {
      return wrong;
    }
  } else if (message.has_spike_counts()) {
    if (auto wrong = ReadCounts(message.spike_counts(), shape, complete_until_ns, chunk)) {
      return wrong;
    }
  }
  if (auto wrong = ReadBehaviorSamples(message, shape, chunk)) return wrong;
  return ReadTrialEvents(message.trial_events(), complete_until_ns, "chunk.trial_events",
                         &chunk->trial_boundaries);
}

}  // namespace efferent
