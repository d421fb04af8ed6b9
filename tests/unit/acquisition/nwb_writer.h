#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "clients/acquisition/hdf5_file.h"

namespace efferent::test {

/// Writes small HDF5 files in the layout of NWB 2. Groups on the way to an object are made.
class NwbWriter {
 public:
  explicit NwbWriter(const std::string& path);

  /// A dataset of numbers, stored as doubles, or as 32-bit floats with `chunk_rows` rows a chunk,
  /// packed.
  void Numbers(const std::string& path, const std::vector<std::uint64_t>& shape,
               const std::vector<double>& values);
  void PackedNumbers(const std::string& path, const std::vector<std::uint64_t>& shape,
                     const std::vector<double>& values, std::uint64_t chunk_rows);
  /// Packed in one chunk by an HDF5 filter of this number.
  void FilteredNumbers(const std::string& path, const std::vector<std::uint64_t>& shape,
                       const std::vector<double>& values, H5Z_filter_t filter);
  /// Booleans as PyNWB writes them: an enumeration of FALSE and TRUE.
  void Booleans(const std::string& path, const std::vector<bool>& values);
  /// Strings of variable length, as PyNWB writes them, or of `fixed_bytes` bytes each.
  void Strings(const std::string& path, const std::vector<std::string>& values,
               std::size_t fixed_bytes = 0);
  /// A dataset that says it has this shape, without any data behind it.
  void Hollow(const std::string& path, const std::vector<std::uint64_t>& shape);
  void ExternalLink(const std::string& path, const std::string& file, const std::string& object);

  void Attribute(const std::string& path, const std::string& name, const std::string& value);
  void Attribute(const std::string& path, const std::string& name, double value);

  /// A TimeSeries: `path` with data, starting_time and rate.
  void Series(const std::string& path, const std::vector<std::uint64_t>& shape,
              const std::vector<double>& values, double rate_hz, const std::string& unit,
              double conversion = 1.0, const std::string& type = "TimeSeries");

 private:
  Hdf5Handle file_;
  Hdf5Handle make_groups_;
};

/// Two trials of five 20 ms bins each of three channels: counts, cursor, target. Bin k of channel c
/// counts k + c; the cursor goes along x from 0, a millimetre a bin; the target lies at (100, 0)
/// mm. The cursor is released but for the first bin of each trial, where its position is unknown.
void WriteSmallRecording(const std::string& path);

/// A path in a directory of the test's own, which is empty at first.
std::string ScratchPath(const std::string& name);

}  // namespace efferent::test
