#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "clients/archive/nwb/event_counts.h"
#include "clients/archive/nwb/series_output.h"
#include "clients/archive/nwb/spike_spool.h"
#include "efferent/v1/acquisition.pb.h"

namespace efferent::archive {

/// What the decoder was given of the brain: counts as `/processing/ecephys/spike_counts`, one row a
/// bin, and spike events as `/units`, a unit for each channel. Of a session that had both, the counts are those of all
/// bins, and the events are `/processing/ecephys/spike_events`: readers take the units of a file for all its spikes.
/// Throws like Hdf5Output, SpikeSpool and EventCounts.
class SpikeOutput {
 public:
  /// @param folder for spikes that wait.
  SpikeOutput(std::uint32_t num_channels, std::int64_t bin_width_ns, const std::string& folder,
              Hdf5Output* file);

  /// Takes the spike events of a chunk, if it has any. `decoded_until_ns`: before it.
  void AddEvents(const v1::AcquisitionChunk& chunk, std::int64_t decoded_until_ns);
  /// Takes a bin that the chunk completed, after its events.
  /// @param row number of the bin among those of the file.
  void AddBin(std::uint64_t row, std::uint64_t bin_index, const v1::AcquisitionChunk& chunk);

  /// Writes what is left. `times`: of the bins that were decoded.
  void Finish(std::uint64_t num_rows, const BinTimes& times);

  bool has_counts() const { return counts_.exists(); }
  std::uint64_t num_spikes() const { return spool_ ? spool_->num_spikes() : 0; }
  /// Spikes that came after their bin had been decoded.
  std::uint64_t num_late_spikes() const { return num_late_spikes_; }

 private:
  /// The counts of a bin in the chunk; null: it has none.
  const float* CountsOf(std::uint64_t bin_index, const v1::AcquisitionChunk& chunk) const;
  void PutEvents(std::uint64_t row, std::span<const EventCounts::Count> counts);
  void WriteUnits(const std::string& path, const BinTimes& times);
  /// The same stretches for each unit. Returns where each unit's end.
  std::vector<std::uint64_t> WriteObservedIntervals(const std::string& path, const BinTimes& times);

  std::uint32_t num_channels_;
  std::int64_t bin_width_ns_;
  std::string folder_;
  Hdf5Output* file_;
  SeriesOutput counts_;
  std::vector<double> row_;
  EventCounts event_counts_;
  std::optional<SpikeSpool> spool_;
  std::uint64_t num_late_spikes_ = 0;
};

}  // namespace efferent::archive
