#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "clients/archive/nwb/bin_times.h"
#include "clients/archive/nwb/growing_dataset.h"

namespace efferent::archive {

/// What a TimeSeries holds.
struct SeriesDescription {
  std::string path;  ///< Of its group.
  std::string description;
  std::string comments;  ///< Empty: none.
  std::string unit;
  ElementType type = ElementType::kFloat64;
  std::uint64_t num_columns = 0;  ///< 0: a list.
  double fill = 0.0;              ///< Of bins that say nothing.
  std::string reference_frame;    ///< Not empty: it is a SpatialSeries.
};

/// A TimeSeries of one row a bin. It is made with the first row that says something: a quantity that
/// a session did not have is not in its file. Throws like Hdf5Output.
class SeriesOutput {
 public:
  SeriesOutput(Hdf5Output* file, SeriesDescription description)
      : file_(file), description_(std::move(description)) {}

  /// @param row number of the bin among those of the file, larger than with the call before.
  /// @param values as many as there are columns.
  void Put(std::uint64_t row, std::span<const double> values);
  void Put(std::uint64_t row, double value) { Put(row, std::span(&value, 1)); }
  bool exists() const { return data_.has_value(); }

  /// Fills it up to `num_rows` and writes what describes it. Nothing if no row was put.
  void Finish(std::uint64_t num_rows, const BinTimes& times);

 private:
  Hdf5Output* file_;
  SeriesDescription description_;
  std::optional<GrowingDataset> data_;
};

}  // namespace efferent::archive
