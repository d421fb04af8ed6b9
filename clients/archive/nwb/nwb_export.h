#pragma once

#include <cstdint>
#include <string>

#include "clients/archive/nwb/behavior_output.h"
#include "clients/archive/nwb/event_rows.h"
#include "clients/archive/nwb/hdf5_output.h"
#include "clients/archive/nwb/spike_output.h"
#include "clients/archive/nwb/trial_rows.h"
#include "efferent/v1/recording.pb.h"

namespace efferent::archive {

/// What went into a file.
struct ExportTotals {
  std::uint64_t num_bins = 0;
  std::uint64_t num_missing_bins = 0;  ///< Between the first and the last.
  std::uint64_t num_spikes = 0;        ///< As events.
  std::uint64_t num_late_spikes = 0;   ///< Of those, spikes that came after their bin was decoded.
  std::uint64_t num_ignored_chunks = 0;  ///< Left out.
  std::size_t num_trials = 0;
  std::size_t num_events = 0;
  bool has_counts = false;
};

/// Writes a recorded session as an NWB 2 file, item by item; memory does not grow with the session.
///
/// Times are session time, seconds. A row of any series in `/processing` is a bin that was decoded, at
/// its start; a bin that never came has no row. What a session did not have is left out of the file. Series without
/// missing bins have a rate, the others time stamps.
///   /processing/ecephys/spike_counts     counts as the decoder was given them, bins x channels
///   /units                               spike events, a unit for each channel; see SpikeOutput
///   /processing/behavior                 position, velocity, target; what was decoded from the bin
///   /processing/decoding                 learnt, times, events
///   /intervals/trials                    see TrialRows
/// `efferent stream` reads all of it that a decoder is given.
class NwbExport {
 public:
  /// @param recording must outlive it. @param folder for spikes that wait, see SpikeSpool.
  /// @param file with all that WriteDescription writes.
  NwbExport(const v1::GetRecordingResponse& recording, const std::string& folder, Hdf5Output* file);

  /// Takes the next item. @throws as Hdf5Output and SpikeSpool.
  void Add(const v1::RecordedItem& item);

  /// Writes what is left. @throws InputError if no bin was decoded; otherwise as Add.
  ExportTotals Finish();

  std::uint64_t num_bins() const { return totals_.num_bins; }

 private:
  void AddChunk(const v1::RecordedChunk& chunk, std::int64_t time_unix_ns);
  void AddTrialEvents(const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events,
                      std::int64_t decoded_until_ns);

  Hdf5Output* file_;
  std::int64_t bin_width_ns_;
  BinTimes times_;
  BehaviorOutput behavior_;
  SpikeOutput spikes_;
  TrialRows trials_;
  EventRows events_;
  ExportTotals totals_;
  std::uint64_t first_bin_ = 0;
  std::int64_t decoded_until_ns_ = 0;
  std::int64_t decoded_before_chunk_ns_ = 0;
};

}  // namespace efferent::archive
