#include "clients/acquisition/count_matrix.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "clients/session/errors.h"

namespace efferent {
namespace {

// Elements that are held at a time: 64 MiB.
constexpr std::uint64_t kBlockElements = std::uint64_t{1} << 24;

// The contract's bound.
constexpr std::uint64_t kMaxChannels = 4096;

}  // namespace

void RequireChannels(const std::string& path, std::uint64_t num_channels) {
  if (num_channels >= 1 && num_channels <= kMaxChannels) return;
  throw InputError(
      fmt::format("{}: {} channels; must be 1 to {}", path, num_channels, kMaxChannels));
}

CountMatrix::CountMatrix(std::shared_ptr<const NwbFile> file, NwbSeries series,
                         std::vector<std::uint32_t> columns,
                         std::vector<std::optional<std::int64_t>> row_of_bin)
    : file_(std::move(file)),
      series_(std::move(series)),
      columns_(std::move(columns)),
      row_of_bin_(std::move(row_of_bin)),
      row_(columns_.size()) {
  std::uint64_t rows = std::max<std::uint64_t>(1, kBlockElements / series_.num_columns());
  // Whole chunks of storage, so that none is unpacked twice.
  const std::uint64_t chunk_rows = file_->hdf5().ChunkRows(series_.path + "/data").value_or(1);
  if (chunk_rows > 0 && rows > chunk_rows) rows -= rows % chunk_rows;
  rows_per_block_ = static_cast<std::int64_t>(rows);
}

void CountMatrix::LoadBlockWith(std::int64_t row) {
  block_first_row_ = row - row % rows_per_block_;
  const std::int64_t rows = std::min(rows_per_block_, num_rows() - block_first_row_);
  file_->hdf5().ReadRows(series_.path + "/data", static_cast<std::uint64_t>(block_first_row_),
                         static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 0)), &block_);
}

std::span<const float> CountMatrix::Row(std::int64_t bin) {
  std::int64_t row = bin;
  if (!row_of_bin_.empty()) {
    const std::optional<std::int64_t> found = row_of_bin_[static_cast<std::size_t>(bin)];
    if (!found) {
      std::fill(row_.begin(), row_.end(), 0.0F);
      return row_;
    }
    row = *found;
  }
  const std::uint64_t width = series_.num_columns();
  const std::int64_t rows_held = static_cast<std::int64_t>(block_.size() / width);
  if (block_.empty() || row < block_first_row_ || row >= block_first_row_ + rows_held) {
    LoadBlockWith(row);
  }
  const float* values = block_.data() + static_cast<std::uint64_t>(row - block_first_row_) * width;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const double count = values[columns_[i]] * series_.conversion + series_.offset;
    row_[i] = static_cast<float>(count);
    if (!std::isfinite(row_[i])) {
      throw InputError(fmt::format("{}: {} is not finite in bin {}, channel {}",
                                   file_->hdf5().path(), series_.path, row, columns_[i]));
    }
  }
  return row_;
}

}  // namespace efferent
