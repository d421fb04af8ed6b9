#include "clients/acquisition/bin_sampling.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "clients/session/errors.h"

namespace efferent {
namespace {

// Bounds of the contract, and what fits into memory: four days of 20 ms bins.
constexpr double kMinBinWidthNs = 1e5;
constexpr double kMaxBinWidthNs = 1e9;
constexpr std::int64_t kMaxBins = std::int64_t{1} << 24;
// Times in files are rounded; a thousandth of a bin forgives that and nothing else.
constexpr double kTolerance = 1e-3;
// A series whose period is that of the bins, to this share, has a sample for each bin.
constexpr double kSamePeriod = 0.01;

std::optional<Point> PointOf(const NwbSamples& samples, std::uint64_t sample) {
  Point point{};
  for (std::uint64_t i = 0; i < samples.num_columns; ++i) {
    point[i] = samples.values[sample * samples.num_columns + i];
    if (!std::isfinite(point[i])) return std::nullopt;
  }
  return point;
}

// Goes through samples and bins together, both in order of time.
class SampleCursor {
 public:
  SampleCursor(const NwbSamples& samples, const BinGrid& grid)
      : samples_(samples),
        grid_(grid),
        slack_s_(kTolerance * grid.width_s),
        period_s_(samples.MedianPeriodS().value_or(grid.width_s)),
        max_gap_s_(grid.width_s + 2.0 * period_s_),
        max_age_s_(grid.width_s + 2.0 * samples.MeanPeriodS().value_or(grid.width_s)) {}

  bool has_a_sample_for_each_bin() const {
    return std::abs(period_s_ / grid_.width_s - 1.0) < kSamePeriod;
  }

  // The sample in effect at `time_s`; times of successive calls must not decrease.
  std::optional<std::uint64_t> At(double time_s) {
    const std::uint64_t n = samples_.num_samples();
    while (next_ < n && samples_.TimeS(next_) <= time_s + slack_s_) ++next_;
    if (next_ == 0 || time_s - samples_.TimeS(next_ - 1) > max_age_s_) return std::nullopt;
    return next_ - 1;
  }

  // The sample that lies at `time_s` itself.
  std::optional<std::uint64_t> Exactly(double time_s) {
    const auto sample = At(time_s);
    const bool is_there = sample && std::abs(time_s - samples_.TimeS(*sample)) <= slack_s_;
    return is_there ? sample : std::nullopt;
  }

  // The value on the line between the samples on both sides of `time_s`; as At.
  std::optional<Point> ValueAt(double time_s) {
    const auto before = At(time_s);
    if (!before) return std::nullopt;
    const std::optional<Point> from = PointOf(samples_, *before);
    const double from_s = samples_.TimeS(*before);
    if (std::abs(time_s - from_s) <= slack_s_ || !from) return from;
    if (next_ >= samples_.num_samples()) return std::nullopt;
    const double to_s = samples_.TimeS(next_);
    const std::optional<Point> to = PointOf(samples_, next_);
    if (!to || to_s - from_s > max_gap_s_) return std::nullopt;
    const double share = (time_s - from_s) / (to_s - from_s);
    Point point{};
    for (std::size_t i = 0; i < point.size(); ++i) {
      point[i] = (*from)[i] + share * ((*to)[i] - (*from)[i]);
    }
    return point;
  }

  // The mean of that line over [start_s, stop_s); calls as At, with bins in order.
  std::optional<Point> MeanOver(double start_s, double stop_s) {
    std::optional<Point> before = ValueAt(start_s);
    double before_s = start_s;
    Point sum{};
    const auto add_up_to = [&](double time_s, const std::optional<Point>& value) {
      if (!before || !value || time_s - before_s > max_gap_s_) {
        before.reset();
        return;
      }
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] += 0.5 * (time_s - before_s) * ((*before)[i] + (*value)[i]);
      }
      before = value;
      before_s = time_s;
    };
    for (std::uint64_t i = next_; i < samples_.num_samples() && before; ++i) {
      const double time_s = samples_.TimeS(i);
      if (time_s >= stop_s - slack_s_) break;
      add_up_to(time_s, PointOf(samples_, i));
    }
    if (before) add_up_to(stop_s, ValueAt(stop_s));
    if (!before) return std::nullopt;
    for (double& component : sum) component /= stop_s - start_s;
    return sum;
  }

 private:
  const NwbSamples& samples_;
  const BinGrid& grid_;
  double slack_s_;
  double period_s_;
  double max_gap_s_;
  double max_age_s_;
  std::uint64_t next_ = 0;
};

// use(cursor, start of the bin, its stop) for each bin.
template <class Use>
PointTrack ForEachBin(const NwbSamples& samples, const BinGrid& grid, Use use) {
  PointTrack track(static_cast<std::size_t>(grid.num_bins));
  SampleCursor cursor(samples, grid);
  for (std::int64_t bin = 0; bin < grid.num_bins; ++bin) {
    track[static_cast<std::size_t>(bin)] =
        use(cursor, grid.BinStartS(bin), grid.BinStartS(bin + 1));
  }
  return track;
}

}  // namespace

BinGrid MakeBinGrid(const std::string& path, double start_s, double width_s, double num_bins) {
  const double width_ns = std::round(width_s * 1e9);
  if (!(width_ns >= kMinBinWidthNs && width_ns <= kMaxBinWidthNs)) {
    throw InputError(fmt::format("{}: bins are {} s wide; must be 0.0001 s to 1 s", path, width_s));
  }
  if (!(num_bins >= 1.0 && num_bins <= static_cast<double>(kMaxBins))) {
    throw InputError(fmt::format("{}: {} bins; must be 1 to {}", path, num_bins, kMaxBins));
  }
  return {start_s, width_s, static_cast<std::int64_t>(num_bins)};
}

std::int64_t BinGrid::FirstBinFrom(double time_s) const {
  const double bin = std::ceil((time_s - start_s) / width_s - kTolerance);
  return static_cast<std::int64_t>(std::clamp(bin, 0.0, static_cast<double>(num_bins)));
}

PointTrack InterpolateAtBinStarts(const NwbSamples& samples, const BinGrid& grid) {
  return ForEachBin(samples, grid, [](SampleCursor& cursor, double start_s, double) {
    return cursor.ValueAt(start_s);
  });
}

PointTrack AverageOverBins(const NwbSamples& samples, const BinGrid& grid) {
  return ForEachBin(samples, grid, [&](SampleCursor& cursor, double start_s, double stop_s) {
    if (cursor.has_a_sample_for_each_bin()) {
      if (const auto own = cursor.Exactly(start_s)) return PointOf(samples, *own);
    }
    return cursor.MeanOver(start_s, stop_s);
  });
}

PointTrack HoldAtBinStarts(const NwbSamples& samples, const BinGrid& grid) {
  return ForEachBin(samples, grid, [&](SampleCursor& cursor, double start_s, double) {
    const auto sample = cursor.At(start_s);
    return sample ? PointOf(samples, *sample) : std::nullopt;
  });
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
