#include "clients/acquisition/nwb_file.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "clients/session/errors.h"

namespace efferent {
namespace {

// A damaged file can contain itself: the search is bounded.
constexpr int kMaxDepth = 8;
constexpr int kMaxObjects = 10'000;
// As many steps between samples are looked at to find their median, spread over the series.
constexpr std::size_t kStepsForMedian = 1 << 16;
// Share of the samples that may be left out for their times; more is no single mistake.
constexpr double kMaxDropped = 0.01;

void AddLinks(const Hdf5File& hdf5, const std::string& group,
              std::vector<NwbUnreadable>* unreadable) {
  for (const Hdf5File::ExternalLink& link : hdf5.ExternalLinks(group)) {
    unreadable->push_back(
        {link.path, fmt::format("is a link to `{}` in the file `{}`, and links to other files are "
                                "not followed: copy the data in, for example with h5copy",
                                link.object, link.file)});
  }
}

// Which samples to keep: the most whose times are finite and in order. The longest subsequence that
// does not decrease, by patience sorting, n log n.
std::vector<std::size_t> SamplesInOrder(const std::vector<double>& times_s) {
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> last_of_length;  // The sample with which a sequence so long ends lowest.
  std::vector<std::size_t> before(times_s.size(), kNone);
  for (std::size_t i = 0; i < times_s.size(); ++i) {
    if (!std::isfinite(times_s[i])) continue;
    const auto place =
        std::upper_bound(last_of_length.begin(), last_of_length.end(), times_s[i],
                         [&](double time_s, std::size_t j) { return time_s < times_s[j]; });
    if (place != last_of_length.begin()) before[i] = *(place - 1);
    if (place == last_of_length.end()) {
      last_of_length.push_back(i);
    } else {
      *place = i;
    }
  }
  std::vector<std::size_t> kept;
  std::size_t i = last_of_length.empty() ? kNone : last_of_length.back();
  for (; i != kNone; i = before[i]) kept.push_back(i);
  std::reverse(kept.begin(), kept.end());
  return kept;
}

void DropDisorder(NwbSamples* samples) {
  const std::vector<double>& times_s = samples->times_s;
  const bool in_order = std::is_sorted(times_s.begin(), times_s.end()) &&
                        std::all_of(times_s.begin(), times_s.end(),
                                    [](double time_s) { return std::isfinite(time_s); });
  if (in_order) return;
  NwbSamples kept;
  for (const std::size_t i : SamplesInOrder(times_s)) {
    kept.times_s.push_back(times_s[i]);
    for (std::uint64_t column = 0; column < samples->num_columns; ++column) {
      kept.values.push_back(samples->values[i * samples->num_columns + column]);
    }
  }
  samples->num_dropped = times_s.size() - kept.times_s.size();
  samples->times_s = std::move(kept.times_s);
  samples->values = std::move(kept.values);
}

}  // namespace

std::uint64_t NwbSeries::num_columns() const {
  if (shape.size() == 1) return 1;
  return shape.size() == 2 ? shape[1] : 0;
}

double NwbSamples::TimeS(std::uint64_t sample) const {
  if (!times_s.empty()) return times_s[sample];
  return starting_time_s + static_cast<double>(sample) / rate_hz;
}

std::optional<double> NwbSamples::MeanPeriodS() const {
  const std::uint64_t n = num_samples();
  if (n < 2) return std::nullopt;
  return (TimeS(n - 1) - TimeS(0)) / static_cast<double>(n - 1);
}

std::optional<double> NwbSamples::MedianPeriodS() const {
  if (num_samples() < 2 || times_s.empty()) return MeanPeriodS();
  const std::size_t stride = std::max<std::size_t>(1, times_s.size() / kStepsForMedian);
  std::vector<double> steps_s;
  for (std::size_t i = 1; i < times_s.size(); i += stride) {
    steps_s.push_back(times_s[i] - times_s[i - 1]);
  }
  const auto middle = steps_s.begin() + static_cast<std::ptrdiff_t>(steps_s.size() / 2);
  std::nth_element(steps_s.begin(), middle, steps_s.end());
  return *middle > 0.0 ? *middle : MeanPeriodS();
}

std::vector<NwbSeries> NwbFile::FindSeries(std::vector<NwbUnreadable>* unreadable) const {
  std::vector<NwbSeries> found;
  int budget = kMaxObjects;
  for (const char* group : {"/acquisition", "/processing"}) {
    FindSeriesIn(group, kMaxDepth, &budget, &found, unreadable);
  }
  for (const char* group : {"/", "/units", "/intervals", "/intervals/trials"}) {
    AddLinks(hdf5_, group, unreadable);
  }
  return found;
}

void NwbFile::FindSeriesIn(const std::string& group, int depth, int* budget,
                           std::vector<NwbSeries>* found,
                           std::vector<NwbUnreadable>* unreadable) const {
  AddLinks(hdf5_, group, unreadable);
  for (const std::string& name : hdf5_.Children(group)) {
    if (--*budget < 0) throw InputError(hdf5_.path() + " is damaged: it has no end of groups");
    const std::string path = group + "/" + name;
    if (!hdf5_.IsGroup(path)) continue;
    if (!hdf5_.IsDataset(path + "/data")) {
      if (depth > 0) FindSeriesIn(path, depth - 1, budget, found, unreadable);
      continue;
    }
    try {
      if (hdf5_.IsNumeric(path + "/data")) found->push_back(Describe(path, name));
    } catch (const InputError& e) {
      unreadable->push_back({path, e.what()});
    }
  }
}

NwbSeries NwbFile::Describe(const std::string& path, const std::string& name) const {
  const std::string data = path + "/data";
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
  return series;
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
  const std::uint64_t num_samples = samples.num_samples();
  if (samples.times_s.size() != num_samples) {
    throw fail(
        fmt::format("has {} samples but {} timestamps", num_samples, samples.times_s.size()));
  }
  DropDisorder(&samples);
  if (static_cast<double>(samples.num_dropped) > kMaxDropped * static_cast<double>(num_samples)) {
    throw fail(
        fmt::format("has timestamps that are not finite or go backwards: {} of {} samples would "
                    "have to be left out",
                    samples.num_dropped, num_samples));
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
