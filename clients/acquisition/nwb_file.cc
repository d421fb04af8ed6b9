#include "clients/acquisition/nwb_file.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>

#include "clients/session/errors.h"

namespace efferent {
namespace {

// A damaged file can contain itself: the search is bounded.
constexpr int kMaxDepth = 8;
constexpr int kMaxObjects = 10'000;

}  // namespace

std::uint64_t NwbSeries::num_columns() const {
  if (shape.size() == 1) return 1;
  return shape.size() == 2 ? shape[1] : 0;
}

double NwbSamples::TimeS(std::uint64_t sample) const {
  if (!times_s.empty()) return times_s[sample];
  return starting_time_s + static_cast<double>(sample) / rate_hz;
}

std::vector<NwbSeries> NwbFile::FindSeries() const {
  std::vector<NwbSeries> found;
  int budget = kMaxObjects;
  for (const char* group : {"/acquisition", "/processing"}) {
    FindSeriesIn(group, kMaxDepth, &budget, &found);
  }
  return found;
}

void NwbFile::FindSeriesIn(const std::string& group, int depth, int* budget,
                           std::vector<NwbSeries>* found) const {
  for (const std::string& name : hdf5_.Children(group)) {
    if (--*budget < 0) throw InputError(hdf5_.path() + " is damaged: it has no end of groups");
    const std::string path = group + "/" + name;
    if (!hdf5_.IsGroup(path)) continue;
    const std::string data = path + "/data";
    if (!hdf5_.IsDataset(data)) {
      if (depth > 0) FindSeriesIn(path, depth - 1, budget, found);
      continue;
    }
    if (!hdf5_.IsNumeric(data)) continue;
    NwbSeries series;
    series.path = path;
    series.name = name;
    series.neurodata_type = hdf5_.StringAttribute(path, "neurodata_type").value_or("");
    series.shape = hdf5_.Shape(data);
    series.unit = hdf5_.StringAttribute(data, "unit").value_or("");
    series.conversion = hdf5_.NumberAttribute(data, "conversion").value_or(1.0);
    series.offset = hdf5_.NumberAttribute(data, "offset").value_or(0.0);
    const std::string starting_time = path + "/starting_time";
    if (hdf5_.IsDataset(starting_time)) {
      series.rate_hz = hdf5_.NumberAttribute(starting_time, "rate");
      const std::vector<double> start = hdf5_.ReadNumbers(starting_time);
      if (start.size() == 1) series.starting_time_s = start[0];
    }
    found->push_back(std::move(series));
  }
}

NwbSamples NwbFile::ReadSamples(const NwbSeries& series) const {
  const auto fail = [&](const std::string& what) {
    return InputError(fmt::format("{}: {} {}", hdf5_.path(), series.path, what));
  };
  if (series.num_columns() == 0) throw fail("is neither a list nor a matrix");
  if (!std::isfinite(series.conversion) || !std::isfinite(series.offset)) {
    throw fail("has a conversion or an offset that is not finite");
  }
  NwbSamples samples;
  samples.num_columns = series.num_columns();
  samples.values = hdf5_.ReadNumbers(series.path + "/data");
  for (double& value : samples.values) {
    value *= series.conversion;
    if (series.offset != 0.0) value += series.offset;  // adding 0 would make a zero positive
  }

  if (series.rate_hz && series.starting_time_s) {
    if (!(*series.rate_hz > 0.0) || !std::isfinite(*series.rate_hz) ||
        !std::isfinite(*series.starting_time_s)) {
      throw fail(fmt::format("starts at {} s with a rate of {} Hz", *series.starting_time_s,
                             *series.rate_hz));
    }
    samples.starting_time_s = *series.starting_time_s;
    samples.rate_hz = *series.rate_hz;
    return samples;
  }
  if (!hdf5_.IsDataset(series.path + "/timestamps")) {
    throw fail("has neither starting_time (with its rate) nor timestamps");
  }
  samples.times_s = hdf5_.ReadNumbers(series.path + "/timestamps");
  if (samples.times_s.size() != samples.num_samples()) {
    throw fail(fmt::format("has {} samples but {} timestamps", samples.num_samples(),
                           samples.times_s.size()));
  }
  for (std::size_t i = 0; i < samples.times_s.size(); ++i) {
    if (!std::isfinite(samples.times_s[i])) throw fail("has a timestamp that is not finite");
    if (i > 0 && samples.times_s[i] < samples.times_s[i - 1]) {
      throw fail(fmt::format("has timestamps that go backwards, at sample {}", i));
    }
  }
  return samples;
}

std::optional<std::vector<double>> NwbFile::NumberColumn(const std::string& table,
                                                         const std::string& column) const {
  const std::string path = table + "/" + column;
  if (!hdf5_.IsDataset(path)) return std::nullopt;
  return hdf5_.ReadNumbers(path);
}

std::optional<std::vector<std::string>> NwbFile::StringColumn(const std::string& table,
                                                              const std::string& column) const {
  const std::string path = table + "/" + column;
  if (!hdf5_.IsDataset(path)) return std::nullopt;
  return hdf5_.ReadStrings(path);
}

}  // namespace efferent
