#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "efferent/v1/recording.pb.h"

namespace efferent::archive {

/// Turns the items of a recording into chunks that can be sent again: arm states that bins were decoded
/// with go into their chunk's behaviour, trial events of either stream into the chunk that they came
/// with or before. A chunk that was ignored is left out.
class ReplayChunks {
 public:
  explicit ReplayChunks(std::int64_t bin_width_ns) : bin_width_ns_(bin_width_ns) {}

  /// A chunk to send, and what had been decoded from it.
  struct Chunk {
    v1::AcquisitionChunk chunk;
    std::vector<v1::Command> recorded;
  };

  /// Takes the next item. Returns the chunk that is complete with it, if there is one.
  std::optional<Chunk> Add(const v1::RecordedItem& item);
  /// The last one.
  std::optional<Chunk> Finish();

 private:
  void AddBehavior(const v1::RecordedChunk& recorded, v1::AcquisitionChunk* chunk);
  void AddTrialEvents(const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events);

  std::int64_t bin_width_ns_;
  std::optional<Chunk> held_;  // trial events of its own may still come
  std::vector<v1::TrialEvent> waiting_events_;
};

}  // namespace efferent::archive
