#include "clients/acquisition/counts_reader.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "clients/session/errors.h"

namespace efferent {
namespace {

constexpr const char* kElectrodes = "/general/extracellular_ephys/electrodes";
// Share by which two lengths of time may differ and still be the same.
constexpr double kSameLength = 0.1;

// Which bin each row is: rows may be missing, but none may begin between others.
struct RowGrid {
  BinGrid grid;
  std::vector<std::optional<std::int64_t>> row_of_bin;  // See CountMatrix; empty: none is missing.
};

RowGrid GridOfTimes(const NwbFile& file, const std::string& path,
                    const std::vector<double>& times) {
  const auto fail = [&](const std::string& what) {
    return InputError(fmt::format("{}: {} {}", file.hdf5().path(), path, what));
  };
  if (!std::all_of(times.begin(), times.end(), [](double time) { return std::isfinite(time); })) {
    throw fail("has a time that is not finite");
  }
  std::vector<double> steps_s;
  for (std::size_t i = 1; i < times.size(); ++i) steps_s.push_back(times[i] - times[i - 1]);
  const auto median = steps_s.begin() + static_cast<std::ptrdiff_t>(steps_s.size() / 2);
  std::nth_element(steps_s.begin(), median, steps_s.end());
  const double typical_s = *median;
  // Step by step, so that times which are rounded do not add up to bins that never were.
  double num_steps = 0.0;
  for (const double step_s : steps_s) {
    num_steps += typical_s > 0.0 ? std::max(1.0, std::round(step_s / typical_s)) : 1.0;
  }
  const double width_s = (times.back() - times.front()) / num_steps;
  RowGrid rows;
  rows.grid = MakeBinGrid(file.hdf5().path(), times.front(), width_s, num_steps + 1.0);
  const std::int64_t num_bins = rows.grid.num_bins;
  const std::size_t num_missing = static_cast<std::size_t>(num_bins) - times.size();
  // A step that is no whole number of bins makes the bins of all others narrower.
  if (num_missing > 0 && std::abs(width_s / typical_s - 1.0) >= 0.1) {
    throw fail(
        fmt::format("is not evenly spaced: most bins are {} s wide, but not all", typical_s));
  }
  if (num_missing > 0) rows.row_of_bin.resize(static_cast<std::size_t>(num_bins));
  std::int64_t bin = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const double place = (times[i] - times.front()) / width_s;
    const std::int64_t next_bin = i == 0 ? 0 : bin + 1;
    const bool is_within = place < static_cast<double>(num_bins);
    bin = num_missing > 0 && is_within ? std::llround(place) : next_bin;
    if (!is_within || bin < next_bin || bin >= num_bins ||
        std::abs(place - static_cast<double>(bin)) >= 0.25) {
      throw fail(fmt::format("is not evenly spaced: bin {} is at {} s, expected at {} s", i,
                             times[i], rows.grid.BinStartS(next_bin)));
    }
    if (num_missing > 0) {
      rows.row_of_bin[static_cast<std::size_t>(bin)] = static_cast<std::int64_t>(i);
    }
  }
  return rows;
}

RowGrid GridOf(const NwbFile& file, const NwbSeries& series) {
  const auto fail = [&](const std::string& what) {
    return InputError(fmt::format("{}: {} {}", file.hdf5().path(), series.path, what));
  };
  const auto num_rows = static_cast<double>(series.num_samples());
  if (series.rate_hz && series.starting_time_s) {
    if (!(*series.rate_hz > 0.0) || !std::isfinite(*series.starting_time_s)) {
      throw fail(fmt::format("starts at {} s with a rate of {} Hz", *series.starting_time_s,
                             *series.rate_hz));
    }
    return {
        MakeBinGrid(file.hdf5().path(), *series.starting_time_s, 1.0 / *series.rate_hz, num_rows),
        {}};
  }
  const std::string path = series.path + "/timestamps";
  if (!file.hdf5().IsDataset(path)) {
    throw fail("has neither starting_time (with its rate) nor timestamps");
  }
  const std::vector<double> times = file.hdf5().ReadNumbers(path);
  if (times.size() != series.num_samples() || times.size() < 2) {
    throw fail(fmt::format("has {} bins but {} timestamps", series.num_samples(), times.size()));
  }
  return GridOfTimes(file, path, times);
}

void RequireRowsOfBins(const NwbFile& file, const NwbSeries& series, const BinGrid& grid,
                       const std::optional<TimeSpan>& behavior) {
  if (!behavior || !(behavior->length_s() > 0.0)) return;
  const auto lasts_as_long = [&](double num_bins) {
    return std::abs(num_bins * grid.width_s / behavior->length_s() - 1.0) < kSameLength;
  };
  const auto rows = static_cast<double>(series.num_samples());
  const auto columns = static_cast<double>(series.num_columns());
  if (rows * grid.width_s > 0.5 * behavior->length_s() || !lasts_as_long(columns)) return;
  throw InputError(fmt::format(
      "{}: is {} transposed? It is [{} x {}]; as [bins x channels] it lasts {:.1f} s, while the "
      "behaviour lasts {:.1f} s, like its columns. Rows must be bins: transpose it in the file, or "
      "choose another with --counts",
      file.hdf5().path(), series.path, series.num_samples(), series.num_columns(),
      rows * grid.width_s, behavior->length_s()));
}

std::vector<std::uint32_t> ChooseColumns(const NwbFile& file, std::uint64_t num_columns,
                                         const std::optional<std::string>& electrodes,
                                         Findings* findings) {
  std::vector<std::uint32_t> all(num_columns);
  std::iota(all.begin(), all.end(), 0U);
  const std::string column = electrodes.value_or("base");
  if (column == "all") return all;
  const auto fail = [&](const std::string& what) {
    return InputError(fmt::format("{}: --electrodes {}: {}", file.hdf5().path(), column, what));
  };
  const auto is_chosen = file.NumberColumn(kElectrodes, column);
  if (!is_chosen) {
    if (!electrodes) return all;
    std::string columns;
    for (const std::string& name : file.hdf5().Children(kElectrodes)) {
      columns += fmt::format("{}{}", columns.empty() ? "" : ", ", name);
    }
    throw fail(fmt::format("the electrodes table has no such column; it has {}",
                           columns.empty() ? "none" : columns));
  }
  if (is_chosen->size() != num_columns) {
    if (!electrodes) return all;
    throw fail(
        fmt::format("{} electrodes, but {} columns of counts", is_chosen->size(), num_columns));
  }
  std::vector<std::uint32_t> chosen;
  for (const std::uint32_t i : all) {
    if ((*is_chosen)[i] != 0.0) chosen.push_back(i);
  }
  if (chosen.empty()) throw fail("true for no electrode");
  findings->push_back(
      {"channels_taken", static_cast<double>(chosen.size()), static_cast<std::int64_t>(num_columns),
       fmt::format("channels: {} of {} (electrodes.{}); --electrodes all for every channel",
                   chosen.size(), num_columns, column)});
  return chosen;
}

}  // namespace

RecordedCounts ReadCounts(std::shared_ptr<const NwbFile> file, const NwbSeries& series,
                          const std::optional<std::string>& electrodes,
                          const std::optional<TimeSpan>& behavior, Findings* findings) {
  if (series.shape.size() != 2) {
    throw InputError(fmt::format("{}: {} is no counts matrix: it must be [bins x channels]",
                                 file->hdf5().path(), series.path));
  }
  if (!std::isfinite(series.conversion) || !std::isfinite(series.offset)) {
    throw InputError(fmt::format("{}: {} has a conversion or an offset that is not finite",
                                 file->hdf5().path(), series.path));
  }
  RowGrid rows = GridOf(*file, series);
  RequireRowsOfBins(*file, series, rows.grid, behavior);
  RequireChannels(file->hdf5().path(), series.num_columns());
  std::vector<std::uint32_t> columns =
      ChooseColumns(*file, series.num_columns(), electrodes, findings);
  std::vector<bool> observed;
  for (const auto& row : rows.row_of_bin) observed.push_back(row.has_value());
  RecordedCounts counts{CountMatrix(file, series, std::move(columns), std::move(rows.row_of_bin)),
                        rows.grid, std::move(observed)};
  for (std::int64_t bin = 0; bin < counts.grid.num_bins; ++bin) {
    const std::span<const float> row = counts.matrix.Row(bin);
    counts.num_negative +=
        std::count_if(row.begin(), row.end(), [](float count) { return count < 0.0F; });
  }
  if (counts.num_negative > 0) {
    findings->push_back(
        {"counts_negative", static_cast<double>(counts.num_negative),
         counts.grid.num_bins * static_cast<std::int64_t>(counts.matrix.num_channels()),
         fmt::format("counts: {} are below zero (an offset was subtracted): sent as signed counts",
                     counts.num_negative)});
  }
  return counts;
}

}  // namespace efferent
