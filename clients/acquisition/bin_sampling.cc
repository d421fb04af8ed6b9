#include "clients/acquisition/bin_sampling.h"

#include <algorithm>
#include <cmath>

namespace efferent {
namespace {

// Times in files are rounded; a thousandth of a bin forgives that and nothing else.
constexpr double kTolerance = 1e-3;

// Goes through samples and bins together, both in order of time.
class SampleCursor {
 public:
  SampleCursor(const NwbSamples& samples, const BinGrid& grid)
      : samples_(samples), grid_(grid), slack_s_(kTolerance * grid.width_s) {
    const std::uint64_t n = samples.num_samples();
    const double span_s = n > 1 ? samples.TimeS(n - 1) - samples.TimeS(0) : 0.0;
    const double period_s = n > 1 ? span_s / static_cast<double>(n - 1) : grid.width_s;
    max_age_s_ = grid.width_s + 2.0 * period_s;
  }

  // The sample in effect at `time_s`; times of successive calls must not decrease.
  std::optional<std::uint64_t> At(double time_s) {
    const std::uint64_t n = samples_.num_samples();
    while (next_ < n && samples_.TimeS(next_) <= time_s + slack_s_) ++next_;
    if (next_ == 0 || time_s - samples_.TimeS(next_ - 1) > max_age_s_) return std::nullopt;
    return next_ - 1;
  }

  // Calls use(sample) for the samples within bin `bin`; after At(its start).
  template <class Use>
  void ForEachIn(std::int64_t bin, Use use) const {
    const std::uint64_t n = samples_.num_samples();
    const double start_s = grid_.BinStartS(bin) - slack_s_;
    const double stop_s = grid_.BinStartS(bin + 1) - slack_s_;
    std::uint64_t sample = next_;
    while (sample > 0 && samples_.TimeS(sample - 1) >= start_s) --sample;
    for (; sample < n && samples_.TimeS(sample) < stop_s; ++sample) use(sample);
  }

 private:
  const NwbSamples& samples_;
  const BinGrid& grid_;
  double slack_s_;
  double max_age_s_;
  std::uint64_t next_ = 0;
};

std::optional<Point> PointOf(const NwbSamples& samples, std::uint64_t sample) {
  Point point{};
  for (std::uint64_t i = 0; i < samples.num_columns; ++i) {
    point[i] = samples.values[sample * samples.num_columns + i];
    if (!std::isfinite(point[i])) return std::nullopt;
  }
  return point;
}

}  // namespace

std::int64_t BinGrid::FirstBinFrom(double time_s) const {
  const double bin = std::ceil((time_s - start_s) / width_s - kTolerance);
  return static_cast<std::int64_t>(std::clamp(bin, 0.0, static_cast<double>(num_bins)));
}

PointTrack SampleAtBinStarts(const NwbSamples& samples, const BinGrid& grid) {
  PointTrack track(static_cast<std::size_t>(grid.num_bins));
  SampleCursor cursor(samples, grid);
  for (std::int64_t bin = 0; bin < grid.num_bins; ++bin) {
    const auto sample = cursor.At(grid.BinStartS(bin));
    if (sample) track[static_cast<std::size_t>(bin)] = PointOf(samples, *sample);
  }
  return track;
}

PointTrack AverageOverBins(const NwbSamples& samples, const BinGrid& grid) {
  PointTrack track(static_cast<std::size_t>(grid.num_bins));
  SampleCursor cursor(samples, grid);
  for (std::int64_t bin = 0; bin < grid.num_bins; ++bin) {
    const auto in_effect = cursor.At(grid.BinStartS(bin));
    Point sum{};
    int count = 0;
    bool all_known = true;
    cursor.ForEachIn(bin, [&](std::uint64_t sample) {
      const std::optional<Point> point = PointOf(samples, sample);
      all_known = all_known && point.has_value();
      if (!point) return;
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += (*point)[i];
      ++count;
    });
    std::optional<Point>& out = track[static_cast<std::size_t>(bin)];
    if (!all_known) continue;
    if (count > 0) {
      for (double& component : sum) component /= count;
      out = sum;
    } else if (in_effect) {
      out = PointOf(samples, *in_effect);
    }
  }
  return track;
}

std::vector<std::optional<double>> NumberAtBinStarts(const NwbSamples& samples,
                                                     const BinGrid& grid) {
  std::vector<std::optional<double>> numbers(static_cast<std::size_t>(grid.num_bins));
  SampleCursor cursor(samples, grid);
  for (std::int64_t bin = 0; bin < grid.num_bins; ++bin) {
    const auto sample = cursor.At(grid.BinStartS(bin));
    if (!sample) continue;
    const double value = samples.values[*sample * samples.num_columns];
    if (std::isfinite(value)) numbers[static_cast<std::size_t>(bin)] = value;
  }
  return numbers;
}

std::vector<bool> FlagAtBinStarts(const NwbSamples& samples, const BinGrid& grid) {
  std::vector<bool> flags;
  for (const auto& number : NumberAtBinStarts(samples, grid)) {
    flags.push_back(number.value_or(0.0) != 0.0);
  }
  return flags;
}

}  // namespace efferent
