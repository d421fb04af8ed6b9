#include "clients/acquisition/unit_events.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "clients/acquisition/row_condition.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

constexpr const char* kUnits = "/units";
constexpr const char* kTimes = "/units/spike_times";
constexpr const char* kIndex = "/units/spike_times_index";
constexpr const char* kIntervals = "/units/obs_intervals";
constexpr const char* kIntervalsIndex = "/units/obs_intervals_index";

// Of so many spikes one may be dropped for lying by itself.
constexpr std::size_t kSpikesPerOutlier = 1000;
// What is nearer than this is never an outlier.
constexpr double kShortestGapS = 60.0;

InputError Damaged(const NwbFile& file, const std::string& what) {
  return InputError(fmt::format("{} is damaged: {}", file.hdf5().path(), what));
}

// First element of each row of a ragged column, and one more. `num_elements`: of the data.
std::vector<std::size_t> RaggedRows(const NwbFile& file, const char* index_path,
                                    std::size_t num_elements) {
  std::vector<std::size_t> first = {0};
  for (const double end : file.hdf5().ReadNumbers(index_path)) {
    // Element i is the end of row i.
    if (!(end >= static_cast<double>(first.back())) || end > static_cast<double>(num_elements)) {
      throw Damaged(file, fmt::format("{} of row {} is {}, after {} of {} elements", index_path,
                                      first.size() - 1, end, first.back(), num_elements));
    }
    first.push_back(static_cast<std::size_t>(end));
  }
  if (first.back() != num_elements) {
    throw Damaged(file, fmt::format("{} elements belong to no row of {}",
                                    num_elements - first.back(), index_path));
  }
  return first;
}

// When the chosen units were observed.
std::vector<TimeSpan> ReadObserved(const NwbFile& file, const std::vector<bool>& chosen,
                                   Findings* findings) {
  if (!file.hdf5().IsDataset(kIntervals) || !file.hdf5().IsDataset(kIntervalsIndex)) return {};
  try {
    const std::vector<double> ends = file.hdf5().ReadNumbers(kIntervals);
    const std::vector<std::size_t> first = RaggedRows(file, kIntervalsIndex, ends.size() / 2);
    if (file.hdf5().Shape(kIntervals).size() != 2 || first.size() != chosen.size() + 1) {
      throw InputError("it must be [intervals x 2], and its index have a row for each unit");
    }
    std::vector<TimeSpan> spans;
    for (std::size_t unit = 0; unit < chosen.size(); ++unit) {
      for (std::size_t i = first[unit]; chosen[unit] && i < first[unit + 1]; ++i) {
        const TimeSpan span{ends[2 * i], ends[2 * i + 1]};
        if (std::isfinite(span.first_s) && std::isfinite(span.last_s) &&
            span.first_s < span.last_s) {
          spans.push_back(span);
        }
      }
      // Units mostly share their intervals: keep what is held small.
      if (spans.size() > 4096) spans = UnionOf(std::move(spans));
    }
    return UnionOf(std::move(spans));
  } catch (const InputError& e) {
    findings->push_back({"obs_intervals_left_out", 1.0, 1,
                         fmt::format("{} is left out: {}", kIntervals, e.what())});
    return {};
  }
}

// Brings the spikes into order of time, without those that can be none.
void Finish(std::vector<double> times, std::vector<std::uint32_t> unit_of, double time_scale,
            UnitSpikes* spikes, Findings* findings) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (std::isfinite(times[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  const std::size_t num_not_finite = times.size() - order.size();
  const auto total = static_cast<std::int64_t>(times.size());
  if (num_not_finite > 0) {
    findings->push_back(
        {"spikes_not_finite", static_cast<double>(num_not_finite), total,
         fmt::format("spikes: {} of {} dropped: their time is not finite", num_not_finite, total)});
  }
  if (order.empty()) return;
  const auto time = [&](std::size_t i) { return times[order[i]] * time_scale; };
  const std::size_t few = order.size() / kSpikesPerOutlier;
  const double gap_s = std::max(kShortestGapS, time(order.size() - 1 - few) - time(few));
  std::size_t first = 0;
  std::size_t stop = order.size();
  for (std::size_t i = 1; i <= few; ++i) {
    if (time(i) - time(i - 1) > gap_s) first = i;
    const std::size_t j = order.size() - i;
    if (time(j) - time(j - 1) > gap_s) stop = j;
  }
  const std::size_t num_alone = order.size() - (stop - first);
  if (num_alone > 0) {
    const double at_s = first > 0 ? time(0) : time(order.size() - 1);
    findings->push_back({"spikes_far_off", static_cast<double>(num_alone), total,
                         fmt::format("spikes: {} of {} dropped: far from all others, one at {:g} s",
                                     num_alone, total, at_s)});
  }
  for (std::size_t i = first; i < stop; ++i) {
    spikes->times_s.push_back(time(i));
    spikes->units.push_back(unit_of[order[i]]);
  }
}

}  // namespace

bool HasUnitSpikes(const NwbFile& file) {
  return file.hdf5().IsDataset(kTimes) && file.hdf5().IsDataset(kIndex);
}

UnitSpikes ReadUnitSpikes(const NwbFile& file, const UnitOptions& options, Findings* findings) {
  const std::vector<double> times = file.hdf5().ReadNumbers(kTimes);
  const std::vector<std::size_t> first = RaggedRows(file, kIndex, times.size());
  const std::size_t num_units = first.size() - 1;
  const std::vector<bool> chosen = RowsWhere(file, kUnits, num_units, options.where, "units-where");
  UnitSpikes spikes;
  std::vector<double> chosen_times;
  std::vector<std::uint32_t> unit_of;
  for (std::size_t unit = 0; unit < num_units; ++unit) {
    if (!chosen[unit]) continue;
    chosen_times.insert(chosen_times.end(),
                        times.begin() + static_cast<std::ptrdiff_t>(first[unit]),
                        times.begin() + static_cast<std::ptrdiff_t>(first[unit + 1]));
    unit_of.resize(chosen_times.size(), spikes.num_units++);
  }
  if (spikes.num_units == 0 && num_units > 0) {
    throw InputError(fmt::format("{}: --units-where {}: true for none of {} units",
                                 file.hdf5().path(), fmt::join(options.where, " "), num_units));
  }
  Finish(std::move(chosen_times), std::move(unit_of), options.time_scale, &spikes, findings);
  if (spikes.times_s.empty()) {
    throw InputError(file.hdf5().path() + ": the Units table has no spikes");
  }
  spikes.observed = ReadObserved(file, chosen, findings);
  spikes.what = fmt::format("{} units of {}", spikes.num_units, kUnits);
  if (spikes.num_units < num_units) {
    spikes.what = fmt::format("{} of {} units of {} ({})", spikes.num_units, num_units, kUnits,
                              fmt::join(options.where, ", "));
  }
  return spikes;
}

bool IsSpikeEventSeries(const NwbSeries& series) {
  return series.neurodata_type == "SpikeEventSeries";
}

UnitSpikes ReadSpikeEventSeries(const NwbFile& file, const std::vector<NwbSeries>& all,
                                double time_scale, Findings* findings) {
  UnitSpikes spikes;
  std::vector<double> times;
  std::vector<std::uint32_t> unit_of;
  for (const NwbSeries& series : all) {
    if (!IsSpikeEventSeries(series)) continue;
    const std::vector<double> of_series = file.hdf5().ReadNumbers(series.path + "/timestamps");
    times.insert(times.end(), of_series.begin(), of_series.end());
    unit_of.resize(times.size(), spikes.num_units++);
  }
  Finish(std::move(times), std::move(unit_of), time_scale, &spikes, findings);
  if (spikes.times_s.empty()) {
    throw InputError(file.hdf5().path() + ": its SpikeEventSeries have no spikes");
  }
  spikes.what = fmt::format("{} SpikeEventSeries", spikes.num_units);
  return spikes;
}

}  // namespace efferent
