#pragma once

#include "server/loop/bin_record.h"
#include "server/loop/chunk.h"

namespace efferent {

class LoopState;

/// Is told all that is done to a LoopState, in order: whoever does the same to an equal one gets the
/// same commands and the same weights, bit for bit. Called after the commands have left, by whoever
/// drives the control loop.
class LoopJournal {
 public:
  virtual ~LoopJournal() = default;

  /// A chunk was entered and its bins were decoded; all but the last have been learnt from.
  virtual void OnChunk(const Chunk& chunk, const ChunkRecord& record) noexcept = 0;
  /// The last bin has been learnt from.
  virtual void OnLearnt(const LearnRecord& record) noexcept = 0;

  /// A chunk is concluded: there is nothing to do until the next one comes.
  virtual void OnRest() noexcept = 0;

  /// Whether the state is wanted, between two bins.
  virtual bool WantsCheckpoint() const noexcept = 0;
  /// Here it is.
  virtual void OnCheckpoint(const LoopState& state) noexcept = 0;
};

}  // namespace efferent
