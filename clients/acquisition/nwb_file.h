#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/hdf5_file.h"

namespace efferent {

/// A TimeSeries (or a kind of it) as it lies in an NWB file: a group with `data` and a time base.
struct NwbSeries {
  std::string path;  ///< Of the group, for example `/processing/behavior/Position/cursor_position`.
  std::string name;  ///< Last part of the path.
  std::string neurodata_type;        ///< `TimeSeries`, `SpatialSeries`, ...
  std::vector<std::uint64_t> shape;  ///< Of the data; rows are samples.
  std::string unit;                  ///< After conversion; empty if the file does not say.
  double conversion = 1.0;
  double offset = 0.0;
  std::optional<double> starting_time_s;  ///< With `rate_hz`; otherwise there are time stamps.
  std::optional<double> rate_hz;

  std::uint64_t num_samples() const { return shape.empty() ? 0 : shape[0]; }
  /// Columns of a matrix; 1 for a list; 0 for anything else.
  std::uint64_t num_columns() const;
};

/// Something in the file that looks like data, but cannot be read from it.
struct NwbUnreadable {
  std::string path;
  std::string reason;  ///< For example that it is a link to another file, and to which.
};

/// Samples of a series: values after conversion and offset, and their times, in order.
struct NwbSamples {
  std::uint64_t num_columns = 1;
  std::vector<double> values;   ///< Row-major, samples x num_columns; NaN where the file has it.
  std::vector<double> times_s;  ///< Empty: sample i is at starting_time_s + i / rate_hz.
  double starting_time_s = 0.0;
  double rate_hz = 0.0;
  std::uint64_t num_dropped = 0;  ///< Left out: their time is not finite, or goes backwards.

  std::uint64_t num_samples() const { return values.size() / num_columns; }
  double TimeS(std::uint64_t sample) const;
  /// From one sample to the next; nothing for fewer than two.
  std::optional<double> MeanPeriodS() const;
  std::optional<double> MedianPeriodS() const;
};

/// The NWB 2 layout of an HDF5 file, as far as decoding needs it. https://nwb-schema.readthedocs.io
class NwbFile {
 public:
  /// @throws InputError, see Hdf5File.
  explicit NwbFile(const std::string& path) : hdf5_(path) {}

  const Hdf5File& hdf5() const { return hdf5_; }

  /// Every series with numbers in /acquisition and /processing, however deep; sorted by path.
  /// Series whose time base is damaged are included: reading them says what is wrong.
  /// `unreadable`: told what cannot be described, links to other files among it (those in /units and
  /// /intervals too).
  std::vector<NwbSeries> FindSeries(std::vector<NwbUnreadable>* unreadable) const;

  /// Leaves out samples whose time is not finite, and as few as possible so that the others are in
  /// order.
  /// @throws InputError if the data or the time base cannot be read, or more than 1 % of the samples
  /// would have to be left out.
  NwbSamples ReadSamples(const NwbSeries& series) const;

  /// Column of a DynamicTable as numbers or strings; nothing if the table lacks it.
  /// @throws InputError if it is there but cannot be read.
  std::optional<std::vector<double>> NumberColumn(const std::string& table,
                                                  const std::string& column) const;
  std::optional<std::vector<std::string>> StringColumn(const std::string& table,
                                                       const std::string& column) const;

 private:
  void FindSeriesIn(const std::string& group, int depth, int* budget, std::vector<NwbSeries>* found,
                    std::vector<NwbUnreadable>* unreadable) const;
  NwbSeries Describe(const std::string& path, const std::string& name) const;

  Hdf5File hdf5_;
};

}  // namespace efferent
