#pragma once

#include <cstdint>

#include "clients/acquisition/recording.h"
#include "efferent/v1/acquisition.pb.h"

namespace efferent {

/// Cuts a recording into chunks of whole bins for a session whose time 0 is the start of bin
/// `first_bin`. Chunk i (from 0) has sequence number i + 1 and the `bins_per_chunk` bins from
/// first_bin + i * bins_per_chunk on, fewer at the end.
///
/// A trial's START takes effect at the start of its first bin, its STOP at the end of its last. A
/// session that begins within a trial begins with that trial's START. A recording without trials has
/// a STOP at the end of each block (CutIntoBlocks), so that what is learnt takes effect there. Where the cursor's position
/// is unknown a bin's sample says that nothing is engaged, at the last known position: nothing that
/// is not finite is ever sent. A recording with a velocity alone is sent at position 0.
class ChunkBuilder {
 public:
  /// `recording` must outlive it. `velocity_m_s`: goes into the samples; empty: none.
  /// @throws std::invalid_argument if bins_per_chunk is not in 1 to 64, first_bin not in the
  /// recording, or block_s not above 0.
  ChunkBuilder(Recording* recording, const PointTrack* velocity_m_s, std::int64_t first_bin,
               int bins_per_chunk, double block_s = kDefaultBlockS);

  std::int64_t num_chunks() const;
  /// Bins [ChunkFirstBin(i), ChunkFirstBin(i + 1)) are in chunk i.
  std::int64_t ChunkFirstBin(std::int64_t chunk_index) const;

  /// Fills all of `chunk` but `client_send_time_ns`.
  /// @throws InputError if the recording's file cannot be read any more.
  void Build(std::int64_t chunk_index, v1::AcquisitionChunk* chunk);

 private:
  std::int64_t SessionTimeNs(std::int64_t bin) const {
    return (bin - first_bin_) * recording_->bin_width_ns;
  }
  void AddSpikes(std::int64_t first, std::int64_t stop, v1::AcquisitionChunk* chunk);
  void AddBehavior(std::int64_t first, std::int64_t stop, v1::AcquisitionChunk* chunk) const;
  void AddTrialEvents(std::int64_t first, std::int64_t stop, v1::AcquisitionChunk* chunk) const;
  void AddBlockEnds(std::int64_t first, std::int64_t stop, v1::AcquisitionChunk* chunk) const;

  Recording* recording_;
  const PointTrack* velocity_m_s_;
  std::int64_t first_bin_;
  int bins_per_chunk_;
  std::vector<RecordedTrial> blocks_;  // of a recording without trials
};

}  // namespace efferent
