#include "clients/acquisition/behavior_reader.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "clients/acquisition/length_scale.h"
#include "clients/acquisition/length_unit.h"
#include "clients/acquisition/series_choice.h"
#include "clients/session/errors.h"
#include "files/printable_text.h"

namespace efferent {
namespace {

bool IsFinite(const NwbSamples& samples, std::uint64_t sample) {
  const auto first =
      samples.values.begin() + static_cast<std::ptrdiff_t>(sample * samples.num_columns);
  return std::all_of(first, first + static_cast<std::ptrdiff_t>(samples.num_columns),
                     [](double value) { return std::isfinite(value); });
}

std::optional<TimeSpan> FiniteSpan(const NwbSamples& samples) {
  std::uint64_t first = 0;
  std::uint64_t stop = samples.num_samples();
  while (first < stop && !IsFinite(samples, first)) ++first;
  while (stop > first && !IsFinite(samples, stop - 1)) --stop;
  if (first == stop) return std::nullopt;
  return TimeSpan{samples.TimeS(first), samples.TimeS(stop - 1)};
}

bool AnyKnown(const PointTrack& track) {
  return std::any_of(track.begin(), track.end(), [](const auto& p) { return p.has_value(); });
}

void Scale(double scale, PointTrack* track) {
  for (std::optional<Point>& point : *track) {
    if (!point) continue;
    for (double& component : *point) component *= scale;
  }
}

}  // namespace

BehaviorReader::BehaviorReader(const NwbFile& file, const std::vector<NwbSeries>& series,
                               const RecordingOptions& options, Findings* findings)
    : file_(file), series_(series), options_(options), findings_(findings) {
  const NwbSeries* position = Choose(options.position, "position", GuessPosition(series));
  const NwbSeries* velocity = Choose(options.velocity, "velocity", GuessVelocity(series, position));
  position_ = Read(position, "position");
  if (position_) num_dimensions_ = position_->samples.num_columns;
  velocity_ = ReadLike(velocity, "velocity");
  if (velocity_) num_dimensions_ = velocity_->samples.num_columns;
  // What nothing can be learnt or scored by without a position.
  if (position_) {
    target_ = ReadLike(Choose(options.target, "target", GuessTarget(series, position)), "target");
    if (target_) radius_ = Read(GuessTargetRadius(series), "target radius");
  }
  if (num_dimensions_ > 0) {
    recorded_ = ReadLike(GuessRecordedVelocity(series, position ? position : velocity),
                         "recorded velocity");
    engaged_ = Read(Choose(options.engaged, "engaged", GuessEngaged(series)), "engaged");
  }
}

const NwbSeries* BehaviorReader::Choose(const std::optional<std::string>& wanted,
                                        const char* option, const NwbSeries* guess) {
  if (wanted == "none") return nullptr;
  const NwbSeries* chosen = wanted ? &NamedSeries(series_, *wanted, option) : guess;
  if (chosen != nullptr) {
    findings_->push_back(
        {fmt::format("{}_taken", option), static_cast<double>(chosen->num_columns()),
         static_cast<std::int64_t>(chosen->num_samples()),
         fmt::format("{}: {} [{}]{}", option, chosen->path, fmt::join(chosen->shape, " x "),
                     wanted ? "" : fmt::format(" (--{})", option))});
  }
  return chosen;
}

std::optional<BehaviorReader::Quantity> BehaviorReader::Read(const NwbSeries* series,
                                                             const char* what) {
  if (series == nullptr) return std::nullopt;
  if (series->num_columns() < 1 || series->num_columns() > kMaxRecordedDimensions) {
    throw InputError(fmt::format("{}: {} has {} columns; 1 to {} are needed", file_.hdf5().path(),
                                 series->path, series->num_columns(), kMaxRecordedDimensions));
  }
  Quantity quantity{*series, file_.ReadSamples(*series)};
  const std::uint64_t num_dropped = quantity.samples.num_dropped;
  if (num_dropped > 0) {
    const std::uint64_t n = num_dropped + quantity.samples.num_samples();
    findings_->push_back({"samples_dropped", static_cast<double>(num_dropped),
                          static_cast<std::int64_t>(n),
                          fmt::format("{}: {} of {} samples dropped: their time is not finite, or "
                                      "goes backwards",
                                      what, num_dropped, n)});
  }
  return quantity;
}

std::optional<BehaviorReader::Quantity> BehaviorReader::ReadLike(const NwbSeries* series,
                                                                 const char* what) {
  if (series != nullptr && num_dimensions_ > 0 && series->num_columns() != num_dimensions_) {
    throw InputError(fmt::format("{}: {} has {} columns, but the {} has {}", file_.hdf5().path(),
                                 series->path, series->num_columns(),
                                 position_ ? "position" : "velocity", num_dimensions_));
  }
  return Read(series, what);
}

std::optional<TimeSpan> BehaviorReader::span() const {
  std::optional<TimeSpan> span;
  for (const auto* quantity : {&position_, &velocity_}) {
    if (!span && *quantity) span = FiniteSpan((*quantity)->samples);
  }
  return span;
}

void BehaviorReader::PlaceOn(const BinGrid& grid, const TimeSpan& spikes,
                             Recording* recording) const {
  if (num_dimensions_ == 0) {
    recording->why_no_behavior = "no position and no velocity: " + WhyNoKinematics(series_) +
                                 ". Name one with --position or --velocity";
    return;
  }
  recording->num_dimensions = static_cast<int>(num_dimensions_);
  PlaceKinematics(grid, recording);
  RequireSomeKnown(spikes, recording);
  PlaceEngaged(grid, recording);
  for (std::size_t bin = 0; bin < recording->observed.size(); ++bin) {
    if (recording->observed[bin]) continue;
    recording->engaged[bin] = false;
    if (!recording->velocity_m_s.empty()) recording->velocity_m_s[bin].reset();
  }
}

void BehaviorReader::PlaceKinematics(const BinGrid& grid, Recording* recording) const {
  double position_m = 1.0;
  if (position_) {
    recording->position_m = InterpolateAtBinStarts(position_->samples, grid);
    position_m = ChooseScale(options_.scale_m, position_->series.unit,
                             FastSpeed(DifferentiatePosition(*recording)), "position", findings_);
    Scale(position_m, &recording->position_m);
  }
  if (velocity_) {
    recording->velocity_m_s = AverageOverBins(velocity_->samples, grid);
    // A length that is made up for the position serves the velocity as well.
    const bool has_own = MetresPerUnit(velocity_->series.unit) || !position_;
    Scale(has_own ? ChooseScale(options_.scale_m, velocity_->series.unit,
                                FastSpeed(recording->velocity_m_s), "velocity", findings_)
                  : position_m,
          &recording->velocity_m_s);
  }
  const auto scale_like_position = [&](const NwbSeries& series) {
    if (options_.scale_m) return *options_.scale_m;
    const bool same_unit = position_ && series.unit == position_->series.unit;
    return same_unit ? position_m : MetresPerUnit(series.unit).value_or(position_m);
  };
  if (target_) {
    recording->target_m = HoldAtBinStarts(target_->samples, grid);
    Scale(scale_like_position(target_->series), &recording->target_m);
  }
  if (radius_) {
    recording->target_radius_m = NumberAtBinStarts(radius_->samples, grid);
    for (std::optional<double>& radius : recording->target_radius_m) {
      if (radius) *radius *= scale_like_position(radius_->series);
    }
  }
  if (recorded_) {
    recording->recorded_velocity_m_s = HoldAtBinStarts(recorded_->samples, grid);
    Scale(scale_like_position(recorded_->series), &recording->recorded_velocity_m_s);
  }
}

void BehaviorReader::RequireSomeKnown(const TimeSpan& spikes, Recording* recording) const {
  const bool has_velocity = AnyKnown(recording->velocity_m_s);
  if (position_ && AnyKnown(recording->position_m)) return;
  if (position_ && has_velocity && !options_.position) {
    findings_->push_back(
        {"position_left_out", 1.0, 1,
         fmt::format("position: left out: {} is known in no bin", position_->series.path)});
    recording->position_m.clear();
    recording->target_m.clear();
    recording->target_radius_m.clear();
    return;
  }
  if (!position_ && has_velocity) return;
  const Quantity& quantity = position_ ? *position_ : *velocity_;
  const NwbSamples& samples = quantity.samples;
  const std::uint64_t n = samples.num_samples();
  std::string what = "has no samples";
  if (n > 0) {
    what = fmt::format("has {} samples from {}, none of them finite", n,
                       DescribeSpan({samples.TimeS(0), samples.TimeS(n - 1)}));
  }
  if (const auto known = FiniteSpan(samples)) {
    what = "is known from " + DescribeSpan(*known) + " only";
  }
  throw InputError(fmt::format(
      "{}: spikes and behaviour have no time in common: the spikes are from {}, but {} {}. "
      "Name another series with --position or --velocity",
      file_.hdf5().path(), DescribeSpan(spikes), quantity.series.path, what));
}

// Without a flag in the file: during trials, or always if there are none.
void BehaviorReader::PlaceEngaged(const BinGrid& grid, Recording* recording) const {
  if (engaged_) {
    recording->engaged = FlagAtBinStarts(engaged_->samples, grid);
    return;
  }
  const bool always = recording->trials.empty();
  recording->engaged.assign(static_cast<std::size_t>(recording->num_bins), always);
  for (const RecordedTrial& trial : recording->trials) {
    std::fill(recording->engaged.begin() + trial.first_bin,
              recording->engaged.begin() + trial.stop_bin, true);
  }
}

}  // namespace efferent
