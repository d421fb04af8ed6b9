#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

/// @throws InputError naming `path` if bins are not 0.1 ms to 1 s wide, or there are none, or more than
/// 2^24 (four days of 20 ms).
BinGrid MakeBinGrid(const std::string& path, double start_s, double width_s, double num_bins);

// In all of these a sample whose value is not finite means that the quantity is unknown there.
// samples.num_columns: 1 to kMaxRecordedDimensions.

/// A quantity that moves: its value at the start of each bin, interpolated linearly between the
/// samples on both sides, so that a sampling rate that is no multiple of the bins' does not spoil
/// differences. A sample within a thousandth of a bin of the start is taken as it is. Samples that
/// are further apart than a bin and two sample periods (their median) are not joined.
PointTrack InterpolateAtBinStarts(const NwbSamples& samples, const BinGrid& grid);

/// A quantity that moves: its mean over each bin, from the line through the samples, as above. A
/// series that has one sample for each bin, at its start, is taken as it is.
PointTrack AverageOverBins(const NwbSamples& samples, const BinGrid& grid);

/// A quantity that jumps: the sample in effect at the start of each bin, the latest that is not
/// after it, and no older than a bin and two sample periods (their mean).
PointTrack HoldAtBinStarts(const NwbSamples& samples, const BinGrid& grid);

/// The first column at the start of each bin, as HoldAtBinStarts.
std::vector<std::optional<double>> NumberAtBinStarts(const NwbSamples& samples,
                                                     const BinGrid& grid);

/// The first column at the start of each bin, as a flag: finite and not 0.
std::vector<bool> FlagAtBinStarts(const NwbSamples& samples, const BinGrid& grid);

}  // namespace efferent
