#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "efferent/v1/acquisition.pb.h"

namespace efferent {

/// Chunks of a live source that the server has applied but not yet recorded: if it is killed, they are sent
/// again to the next one, and nothing is lost. Of a server that records nothing, none is kept.
class KeptChunks {
 public:
  /// A server that has said nothing for so many chunks is not waited for: the oldest are let go.
  static constexpr std::size_t kCapacity = 8'192;

  /// A chunk is about to be sent.
  void Add(const v1::AcquisitionChunk& chunk) {
    if (chunks_.size() == kCapacity) chunks_.pop_front();
    chunks_.push_back(chunk);
  }
  /// Those up to this number outlive the server; nothing: it records none, and none is needed.
  void OnDurable(std::optional<std::uint64_t> sequence_number) {
    if (!sequence_number) return chunks_.clear();
    while (!chunks_.empty() && chunks_.front().sequence_number() <= *sequence_number) {
      chunks_.pop_front();
    }
  }
  /// The session is another one.
  void Clear() { chunks_.clear(); }

  /// Those that a session which stands at `applied_sequence_number` does not have, in order.
  std::deque<v1::AcquisitionChunk> After(std::uint64_t applied_sequence_number) const {
    std::deque<v1::AcquisitionChunk> missing;
    for (const auto& chunk : chunks_) {
      if (chunk.sequence_number() > applied_sequence_number) missing.push_back(chunk);
    }
    return missing;
  }

 private:
  std::deque<v1::AcquisitionChunk> chunks_;
};

}  // namespace efferent
