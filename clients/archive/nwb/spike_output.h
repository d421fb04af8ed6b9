#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/archive/nwb/series_output.h"
#include "clients/archive/nwb/spike_spool.h"
#include "efferent/v1/acquisition.pb.h"

namespace efferent::archive {

/// What the decoder was given of the brain: counts as `/processing/ecephys/spike_counts`, one row a
/// bin, and spike events as `/units`, a unit for each channel. Throws like Hdf5Output and SpikeSpool.
class SpikeOutput {
 public:
  /// @param folder for spikes that wait.
  SpikeOutput(std::uint32_t num_channels, std::int64_t bin_width_ns, const std::string& folder,
              Hdf5Output* file);

  /// Takes the spike events of a chunk, if it has any. `decoded_until_ns`: before it.
  void AddEvents(const v1::AcquisitionChunk& chunk, std::int64_t decoded_until_ns);
  /// Takes the counts of a bin that the chunk completed, if it has any.
  /// @param row number of the bin among those of the file.
  void AddCounts(std::uint64_t row, std::uint64_t bin_index, const v1::AcquisitionChunk& chunk);

  /// Writes what is left. `timestamps`: dataset with the start of each bin.
  void Finish(std::uint64_t num_rows, const std::string& timestamps);

  bool has_counts() const { return counts_.exists(); }
  std::uint64_t num_spikes() const { return spool_ ? spool_->num_spikes() : 0; }
  /// Spikes that came after their bin had been decoded.
  std::uint64_t num_late_spikes() const { return num_late_spikes_; }

 private:
  void WriteUnits();

  std::uint32_t num_channels_;
  std::int64_t bin_width_ns_;
  std::string folder_;
  Hdf5Output* file_;
  SeriesOutput counts_;
  std::vector<double> row_;
  std::optional<SpikeSpool> spool_;
  std::uint64_t num_late_spikes_ = 0;
};

}  // namespace efferent::archive
