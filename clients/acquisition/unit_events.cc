#include "clients/acquisition/unit_events.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "clients/session/errors.h"

namespace efferent {
namespace {

constexpr const char* kTimes = "/units/spike_times";
constexpr const char* kIndex = "/units/spike_times_index";

}  // namespace

bool HasUnitSpikes(const NwbFile& file) {
  return file.hdf5().IsDataset(kTimes) && file.hdf5().IsDataset(kIndex);
}

UnitSpikes ReadUnitSpikes(const NwbFile& file) {
  const std::vector<double> times = file.hdf5().ReadNumbers(kTimes);
  const std::vector<double> index = file.hdf5().ReadNumbers(kIndex);
  const auto damaged = [&](const std::string& what) {
    return InputError(fmt::format("{} is damaged: {}", file.hdf5().path(), what));
  };
  std::vector<std::uint32_t> unit_of(times.size());
  std::size_t begin = 0;
  for (std::size_t unit = 0; unit < index.size(); ++unit) {
    // Element i is the end of unit i's spikes.
    if (!(index[unit] >= static_cast<double>(begin)) ||
        index[unit] > static_cast<double>(times.size())) {
      throw damaged(fmt::format("{} of unit {} is {}, after {} of {} spikes", kIndex, unit,
                                index[unit], begin, times.size()));
    }
    const auto end = static_cast<std::size_t>(index[unit]);
    std::fill(unit_of.begin() + static_cast<std::ptrdiff_t>(begin),
              unit_of.begin() + static_cast<std::ptrdiff_t>(end), static_cast<std::uint32_t>(unit));
    begin = end;
  }
  if (begin != times.size()) {
    throw damaged(fmt::format("{} spikes of {} belong to no unit", times.size() - begin, kTimes));
  }
  for (const double time : times) {
    if (!std::isfinite(time)) throw damaged(fmt::format("{} has a time of {}", kTimes, time));
  }
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  UnitSpikes spikes;
  spikes.num_units = static_cast<std::uint32_t>(index.size());
  for (const std::size_t i : order) {
    spikes.times_s.push_back(times[i]);
    spikes.units.push_back(unit_of[i]);
  }
  return spikes;
}

}  // namespace efferent
