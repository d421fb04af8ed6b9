#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "clients/archive/nwb/hdf5_output.h"

namespace efferent::archive {

/// A number, or a truth value stored as one, of a dataset that grows.
enum class ElementType { kFloat64, kFloat32, kInt8, kBoolean };

/// Rows that are added at the end of a dataset, which is cut into pieces of some 128 KiB that are
/// packed each for itself: memory does not grow with the recording. Throws like Hdf5Output.
class GrowingDataset {
 public:
  /// `num_columns`: numbers in a row; 0: the dataset is a list. `fill`: what ExtendTo adds; may be
  /// not a number where the type has that.
  GrowingDataset(Hdf5Output* file, std::string path, ElementType type, std::uint64_t num_columns,
                 double fill);

  const std::string& path() const { return path_; }
  std::uint64_t num_rows() const { return num_rows_; }

  /// Adds one row; of a list, one element.
  /// @param values as many as there are columns.
  void Append(std::span<const double> values);
  void Append(double value) { Append(std::span(&value, 1)); }
  /// Adds the fill value until there are `num_rows`; nothing if there are already.
  void ExtendTo(std::uint64_t num_rows);
  /// Writes what is held back.
  void Flush();

 private:
  void MakeDataset(std::uint64_t num_columns);
  bool is_small() const { return type_ == ElementType::kInt8 || type_ == ElementType::kBoolean; }

  Hdf5Output* file_;
  std::string path_;
  ElementType type_;
  std::uint64_t row_length_;
  std::uint64_t rows_per_piece_;
  double fill_;
  Hdf5Handle stored_type_;
  Hdf5Handle dataset_;
  std::vector<double> held_;    // rows that wait for their piece to be full, row-major
  std::uint64_t num_rows_ = 0;  // with those that are held
};

}  // namespace efferent::archive
