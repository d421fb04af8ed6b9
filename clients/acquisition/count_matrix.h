#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "clients/acquisition/nwb_file.h"

namespace efferent {

/// @throws InputError naming `path` if that is none, or more channels than a session may have (4096).
void RequireChannels(const std::string& path, std::uint64_t num_channels);

/// Rows of a counts matrix in a file, read in blocks as they are asked for: memory does not grow
/// with the recording. Not thread-safe.
class CountMatrix {
 public:
  /// `columns`: those to keep, in order; all below the number of columns. `row_of_bin`: the row of
  /// each bin, none where the file has no row for it, which counts as 0; empty: bin k is row k.
  CountMatrix(std::shared_ptr<const NwbFile> file, NwbSeries series,
              std::vector<std::uint32_t> columns,
              std::vector<std::optional<std::int64_t>> row_of_bin = {});

  /// Counts of one bin, one for each kept column; valid until the next call.
  /// @throws InputError if the file cannot be read, or a count is not finite.
  std::span<const float> Row(std::int64_t bin);

  std::int64_t num_rows() const { return static_cast<std::int64_t>(series_.num_samples()); }
  std::uint32_t num_channels() const { return static_cast<std::uint32_t>(columns_.size()); }
  const std::string& path() const { return series_.path; }

 private:
  void LoadBlockWith(std::int64_t row);

  std::shared_ptr<const NwbFile> file_;
  NwbSeries series_;
  std::vector<std::uint32_t> columns_;
  std::vector<std::optional<std::int64_t>> row_of_bin_;
  std::int64_t rows_per_block_ = 1;
  std::int64_t block_first_row_ = 0;
  std::vector<float> block_;  // Rows of the file, all columns.
  std::vector<float> row_;
};

}  // namespace efferent
