#pragma once

#include <memory>
#include <string>

#include "clients/load/reach_loop.h"
#include "efferent/v1/acquisition.pb.h"

namespace efferent::bench {

/// What is sent, and how often: one chunk for each bin.
struct RoundTripCondition {
  std::string name;  ///< As ParseCondition takes it.
  int num_channels = 0;
  std::int64_t bin_width_ns = 0;
  double chunk_bytes = 0.0;  ///< Enough spikes for a chunk of about so many; 0: 30 Hz a channel.
  bool counts = false;       ///< A row of counts instead of single spikes.
};

/// `CHANNELS@RATE[-SIZEkB|-counts]`: `96@1kHz`, `1024@50Hz-60kB`, `1024@1kHz-counts`.
/// @throws std::invalid_argument saying what is wrong.
RoundTripCondition ParseCondition(const std::string& name);

/// The chunks of a condition, the same for every system, so that the sizes of messages are alike one
/// by one. Each has a behaviour sample with a target, so that every bin has a label.
class ChunkSource {
 public:
  ChunkSource(const RoundTripCondition& condition, std::uint64_t seed);

  /// The chunk of bin `bin` (from 0).
  void Write(std::int64_t bin, v1::AcquisitionChunk* chunk) const;

 private:
  bool counts_;
  load::ReachLoop loop_;
};

/// The acknowledgement that the server gives for such a chunk, its command standing still.
void WriteAckFor(const v1::AcquisitionChunk& chunk, v1::AcquisitionAck* ack);

}  // namespace efferent::bench
