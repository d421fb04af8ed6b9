#pragma once

#include <cstdint>
#include <optional>

#include "efferent/v1/acquisition.pb.h"
#include "server/loop/chunk.h"
#include "server/session/session_settings.h"

namespace efferent {

/// How large a chunk may be.
struct ChunkLimits {
  std::int64_t max_bytes = 4 << 20;
  std::int64_t max_events = 1 << 18;
};

/// A count beyond this is no count of spikes; it would spoil the running normalisation.
inline constexpr float kMaxCount = 1e6f;

/// Turns a chunk from the wire into plain values and checks everything that does not depend on what
/// was applied before. Returns what is wrong (field, value, bound, what to do), and then `chunk` is
/// not to be used. Reuses what `chunk` has allocated.
std::optional<Violation> ReadChunk(const v1::AcquisitionChunk& message, const SessionShape& shape,
                                   const ChunkLimits& limits, Chunk* chunk);

}  // namespace efferent
