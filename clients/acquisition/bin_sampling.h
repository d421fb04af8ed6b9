#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "clients/acquisition/nwb_file.h"
#include "clients/acquisition/recording.h"

namespace efferent {

/// The bins of a recording on the clock of its file: bin k covers [start_s + k width_s, start_s +
/// (k + 1) width_s).
struct BinGrid {
  double start_s = 0.0;
  double width_s = 0.0;
  std::int64_t num_bins = 0;

  double BinStartS(std::int64_t bin) const { return start_s + static_cast<double>(bin) * width_s; }
  /// First bin that starts at or after `time_s` (to a thousandth of a bin), clamped to [0,
  /// num_bins].
  std::int64_t FirstBinFrom(double time_s) const;
};

/// The sample in effect at the start of each bin: the latest that is not after it, and no older
/// than a bin and two samples. No value where a component is not finite. samples.num_columns: 2
/// or 3.
PointTrack SampleAtBinStarts(const NwbSamples& samples, const BinGrid& grid);

/// The mean of the samples within each bin, or if there is none the sample in effect at its start.
PointTrack AverageOverBins(const NwbSamples& samples, const BinGrid& grid);

/// The first column at the start of each bin, as SampleAtBinStarts.
std::vector<std::optional<double>> NumberAtBinStarts(const NwbSamples& samples,
                                                     const BinGrid& grid);

/// The first column at the start of each bin, as a flag: finite and not 0.
std::vector<bool> FlagAtBinStarts(const NwbSamples& samples, const BinGrid& grid);

}  // namespace efferent
