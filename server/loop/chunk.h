#pragma once

#include <cstdint>
#include <vector>

#include "decoder/intention.h"
#include "decoder/types.h"

namespace efferent {

/// Sessions longer than ten years are a client's arithmetic gone wrong. The bound keeps all sums of
/// times far from overflow.
inline constexpr TimeNs kMaxSessionTimeNs = 315'360'000'000'000'000;

/// Beginning or end of a trial, as far as the decoder is concerned.
struct TrialBoundary {
  enum class Kind : std::uint8_t { kStart, kStop };
  TimeNs time_ns = 0;  ///< Takes effect before the first bin that starts at or after it.
  Kind kind = Kind::kStart;

  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("time_ns", time_ns);
    visitor("kind", kind, Kind::kStop);
  }
};

/// A piece of the recording in plain values; the wire's AcquisitionChunk, already checked for
/// everything that does not depend on what was applied before. Reused from chunk to chunk, so that
/// its vectors allocate only while they grow.
struct Chunk {
  std::uint64_t sequence_number = 0;  ///< From 1.
  TimeNs complete_until_ns = 0;       ///< Bins that end at or before it are complete.
  std::int64_t client_send_time_ns = 0;

  std::vector<Spike> spikes;  ///< In any order of time; times in [0, complete_until_ns).

  bool has_counts = false;          ///< Rows of counts instead of spikes.
  TimeNs counts_start_time_ns = 0;  ///< Start of the first row; a multiple of the bin width.
  std::vector<float> counts;        ///< Row-major, bins x num_channels.

  std::vector<BehaviorSample> behavior;  ///< One for each bin that the chunk completes, or none.
  std::vector<TrialBoundary> trial_boundaries;  ///< Times do not decrease.

  void Clear() {
    sequence_number = 0;
    complete_until_ns = 0;
    client_send_time_ns = 0;
    spikes.clear();
    has_counts = false;
    counts_start_time_ns = 0;
    counts.clear();
    behavior.clear();
    trial_boundaries.clear();
  }
};

}  // namespace efferent
