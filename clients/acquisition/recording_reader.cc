#include "clients/acquisition/recording_reader.h"

#include "clients/acquisition/crash_probe.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "clients/acquisition/bin_sampling.h"
#include "clients/acquisition/series_choice.h"
#include "clients/acquisition/trial_table.h"
#include "clients/acquisition/unit_events.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

// Bounds of the contract, and what fits into memory: four days of 20 ms bins.
constexpr std::int64_t kMinBinWidthNs = 100'000;
constexpr std::int64_t kMaxBinWidthNs = 1'000'000'000;
constexpr std::uint32_t kMaxChannels = 4096;
constexpr std::int64_t kMaxBins = std::int64_t{1} << 24;

constexpr const char* kElectrodes = "/general/extracellular_ephys/electrodes";

class Reader {
 public:
  explicit Reader(const RecordingOptions& options)
      : options_(options),
        file_(std::make_shared<NwbFile>(options.path)),
        series_(file_->FindSeries()) {}

  Recording Read() {
    recording_.path = options_.path;
    const std::vector<const NwbSeries*> candidates = CountCandidates(series_);
    if (options_.counts || !candidates.empty()) {
      ReadCounts(ChooseCounts(candidates));
    } else if (HasUnitSpikes(*file_)) {
      ReadUnits();
    } else {
      std::vector<const NwbSeries*> every;
      for (const NwbSeries& each : series_) every.push_back(&each);
      throw InputError(fmt::format(
          "{}: no counts matrix and no Units table: looked in /acquisition and /processing for a "
          "TimeSeries [bins x channels] of counts, and for /units/spike_times; the file has {}. "
          "Name a matrix with --counts",
          options_.path, DescribeSeries(every)));
    }
    recording_.trials = ReadTrials(*file_, grid_, &recording_.notes);
    ReadBehavior();
    return std::move(recording_);
  }

 private:
  InputError Error(const std::string& what) const {
    return InputError(fmt::format("{}: {}", options_.path, what));
  }
  void Note(std::string_view text) { recording_.notes.emplace_back(text); }

  const NwbSeries& ChooseCounts(const std::vector<const NwbSeries*>& candidates) {
    if (options_.counts) return NamedSeries(series_, *options_.counts, "counts");
    if (candidates.size() == 1) return *candidates.front();
    const auto is_as_decoded = [](const NwbSeries* series) {
      constexpr std::string_view kSuffix = "_as_decoded";
      return series->name.size() >= kSuffix.size() &&
             series->name.compare(series->name.size() - kSuffix.size(), kSuffix.size(), kSuffix) ==
                 0;
    };
    const auto chosen = std::find_if(candidates.begin(), candidates.end(), is_as_decoded);
    if (chosen == candidates.end()) {
      throw Error("several counts matrices; choose one with --counts: " +
                  DescribeSeries(candidates));
    }
    std::string others;
    for (const NwbSeries* each : candidates) {
      if (each != *chosen) others += fmt::format("{}{}", others.empty() ? "" : ", ", each->name);
    }
    Note(fmt::format("counts: {} (there is also {}: choose with --counts)", (*chosen)->name,
                     others));
    return **chosen;
  }

  void SetGrid(double start_s, double width_s, double num_bins) {
    const double width_ns = std::round(width_s * 1e9);
    if (!(width_ns >= kMinBinWidthNs && width_ns <= kMaxBinWidthNs)) {
      throw Error(fmt::format("bins are {} s wide; must be 0.0001 s to 1 s", width_s));
    }
    if (!(num_bins >= 1.0 && num_bins <= static_cast<double>(kMaxBins))) {
      throw Error(fmt::format("{} bins; must be 1 to {}", num_bins, kMaxBins));
    }
    grid_ = {start_s, width_s, static_cast<std::int64_t>(num_bins)};
    recording_.start_time_s = start_s;
    recording_.bin_width_s = width_s;
    recording_.bin_width_ns = static_cast<std::int64_t>(width_ns);
    recording_.num_bins = grid_.num_bins;
  }

  void SetChannels(std::uint64_t num_channels) {
    if (num_channels < 1 || num_channels > kMaxChannels) {
      throw Error(fmt::format("{} channels; must be 1 to {}", num_channels, kMaxChannels));
    }
    recording_.num_channels = static_cast<std::uint32_t>(num_channels);
  }

  void ReadCounts(const NwbSeries& series) {
    if (series.shape.size() != 2) {
      throw Error(series.path + " is no counts matrix: it must be [bins x channels]");
    }
    if (!std::isfinite(series.conversion) || !std::isfinite(series.offset)) {
      throw Error(series.path + " has a conversion or an offset that is not finite");
    }
    SetChannels(series.num_columns());
    SetCountsGrid(series);
    const std::vector<std::uint32_t> columns = ChooseColumns(series.num_columns());
    SetChannels(columns.size());
    CountMatrix matrix(file_, series, columns, row_of_bin_);
    // One pass over everything before anything is sent: a bad count in the last bin is found now,
    // and so is whether there are counts below zero, which the session has to be told.
    std::int64_t negative = 0;
    for (std::int64_t bin = 0; bin < recording_.num_bins; ++bin) {
      const std::span<const float> row = matrix.Row(bin);
      negative += std::count_if(row.begin(), row.end(), [](float count) { return count < 0.0F; });
    }
    recording_.has_negative_counts = negative > 0;
    if (negative > 0) {
      Note(fmt::format("{} counts are below zero (an offset was subtracted): sent as signed counts",
                       negative));
    }
    recording_.spikes = std::move(matrix);
  }

  void SetCountsGrid(const NwbSeries& series) {
    const auto num_bins = static_cast<double>(series.num_samples());
    if (series.rate_hz && series.starting_time_s) {
      if (!(*series.rate_hz > 0.0) || !std::isfinite(*series.starting_time_s)) {
        throw Error(fmt::format("{} starts at {} s with a rate of {} Hz", series.path,
                                *series.starting_time_s, *series.rate_hz));
      }
      SetGrid(*series.starting_time_s, 1.0 / *series.rate_hz, num_bins);
      return;
    }
    const std::string path = series.path + "/timestamps";
    if (!file_->hdf5().IsDataset(path)) {
      throw Error(series.path + " has neither starting_time (with its rate) nor timestamps");
    }
    const std::vector<double> times = file_->hdf5().ReadNumbers(path);
    if (times.size() != series.num_samples() || times.size() < 2) {
      throw Error(fmt::format("{} has {} bins but {} timestamps", series.path, series.num_samples(),
                              times.size()));
    }
    SetGridOfTimes(path, times);
  }

  // Bins may be missing, but none may begin between others.
  void SetGridOfTimes(const std::string& path, const std::vector<double>& times) {
    if (!std::all_of(times.begin(), times.end(), [](double time) { return std::isfinite(time); })) {
      throw Error(path + " has a time that is not finite");
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
    SetGrid(times.front(), width_s, num_steps + 1.0);
    const std::size_t num_missing = static_cast<std::size_t>(grid_.num_bins) - times.size();
    // A step that is no whole number of bins makes the bins of all others narrower.
    if (num_missing > 0 && std::abs(width_s / typical_s - 1.0) >= 0.1) {
      throw Error(fmt::format("{} is not evenly spaced: most bins are {} s wide, but not all", path,
                              typical_s));
    }
    if (num_missing > 0) row_of_bin_.resize(static_cast<std::size_t>(grid_.num_bins));
    std::int64_t bin = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double place = (times[i] - times.front()) / width_s;
      const std::int64_t next_bin = i == 0 ? 0 : bin + 1;
      const bool is_within = place < static_cast<double>(grid_.num_bins);
      bin = num_missing > 0 && is_within ? std::llround(place) : next_bin;
      if (!is_within || bin < next_bin || bin >= grid_.num_bins ||
          std::abs(place - static_cast<double>(bin)) >= 0.25) {
        throw Error(fmt::format("{} is not evenly spaced: bin {} is at {} s, expected at {} s",
                                path, i, times[i], grid_.BinStartS(next_bin)));
      }
      if (num_missing > 0) {
        row_of_bin_[static_cast<std::size_t>(bin)] = static_cast<std::int64_t>(i);
      }
    }
    if (num_missing > 0) {
      Note(fmt::format("{} bins are missing: they are sent without spikes", num_missing));
    }
  }

  std::vector<std::uint32_t> ChooseColumns(std::uint64_t num_columns) {
    std::vector<std::uint32_t> all(num_columns);
    std::iota(all.begin(), all.end(), 0U);
    const std::string column = options_.electrodes.value_or("base");
    if (column == "all") return all;
    const auto is_chosen = file_->NumberColumn(kElectrodes, column);
    if (!is_chosen) {
      if (!options_.electrodes) return all;
      std::string columns;
      for (const std::string& name : file_->hdf5().Children(kElectrodes)) {
        columns += fmt::format("{}{}", columns.empty() ? "" : ", ", name);
      }
      throw Error(fmt::format("--electrodes {}: the electrodes table has no such column; it has {}",
                              column, columns.empty() ? "none" : columns));
    }
    if (is_chosen->size() != num_columns) {
      if (!options_.electrodes) return all;
      throw Error(fmt::format("--electrodes {}: {} electrodes, but {} columns of counts", column,
                              is_chosen->size(), num_columns));
    }
    std::vector<std::uint32_t> chosen;
    for (const std::uint32_t i : all) {
      if ((*is_chosen)[i] != 0.0) chosen.push_back(i);
    }
    if (chosen.empty()) {
      throw Error(fmt::format("--electrodes {}: true for no electrode", column));
    }
    Note(fmt::format("{} of {} channels (electrodes.{}); --electrodes all for every channel",
                     chosen.size(), num_columns, column));
    return chosen;
  }

  void ReadUnits() {
    if (options_.electrodes && *options_.electrodes != "all") {
      throw Error("--electrodes chooses columns of a counts matrix; this file has sorted units");
    }
    const UnitSpikes spikes = ReadUnitSpikes(*file_);
    SetChannels(spikes.num_units);
    if (spikes.times_s.empty()) throw Error("the Units table has no spikes");
    const double width_s = options_.bin_width_ms * 1e-3;
    if (!(width_s > 0.0)) throw InputError("--bin-width-ms must be above 0");
    // From the whole bin in which the first spike lies; time 0 if that is near.
    double start_s = std::floor(spikes.times_s.front() / width_s) * width_s;
    if (start_s > 0.0 && start_s < 60.0) start_s = 0.0;
    const double num_bins = std::floor((spikes.times_s.back() - start_s) / width_s) + 1.0;
    SetGrid(start_s, width_s, num_bins);
    SpikeEventList events;
    events.channels = spikes.units;
    const std::int64_t stop_ns = recording_.num_bins * recording_.bin_width_ns;
    for (const double time_s : spikes.times_s) {
      const auto time_ns = static_cast<std::int64_t>(std::llround((time_s - start_s) * 1e9));
      events.times_ns.push_back(std::clamp<std::int64_t>(time_ns, 0, stop_ns - 1));
    }
    recording_.spikes = std::move(events);
    Note(fmt::format("{} units, {} spikes, in bins of {} ms (--bin-width-ms)", spikes.num_units,
                     spikes.times_s.size(), options_.bin_width_ms));
  }

  const NwbSeries* Choose(const std::optional<std::string>& wanted, const char* option,
                          const NwbSeries* guess) {
    if (wanted == "none") return nullptr;
    if (wanted) return &NamedSeries(series_, *wanted, option);
    if (guess != nullptr) Note(fmt::format("{}: {} (--{})", option, guess->name, option));
    return guess;
  }

  // Reads lengths, in metres or metres per second whatever the file's unit.
  NwbSamples ReadLengths(const NwbSeries& series) {
    NwbSamples samples = file_->ReadSamples(series);
    double scale = 1.0;
    for (const auto& [prefix, metres] :
         {std::pair{"mm", 1e-3}, {"millim", 1e-3}, {"cm", 1e-2}, {"centim", 1e-2}}) {
      if (series.unit.rfind(prefix, 0) == 0) scale = metres;
    }
    if (scale == 1.0 && series.unit.rfind("m", 0) != 0) {
      Note(fmt::format("{} has the unit `{}`: taken for metres", series.name, series.unit));
    }
    for (double& value : samples.values) value *= scale;
    return samples;
  }

  NwbSamples ReadPoints(const NwbSeries& series) {
    if (series.num_columns() < 2 || series.num_columns() > 3) {
      throw Error(
          fmt::format("{} has {} columns; 2 or 3 are needed", series.path, series.num_columns()));
    }
    return ReadLengths(series);
  }

  NwbSamples ReadPointsLike(const NwbSeries& series) {
    NwbSamples samples = ReadPoints(series);
    if (static_cast<int>(samples.num_columns) != recording_.num_dimensions) {
      throw Error(fmt::format("{} has {} columns, but the position has {}", series.path,
                              samples.num_columns, recording_.num_dimensions));
    }
    return samples;
  }

  void ReadBehavior() {
    const NwbSeries* position = Choose(options_.position, "position", GuessPosition(series_));
    const NwbSeries* velocity =
        Choose(options_.velocity, "velocity", GuessVelocity(series_, position));
    const NwbSeries* target = Choose(options_.target, "target", GuessTarget(series_));
    const NwbSeries* engaged = Choose(options_.engaged, "engaged", GuessEngaged(series_));
    if (position == nullptr) {
      if (target != nullptr || velocity != nullptr) {
        Note("no position found (--position): no labels, no score");
      }
      return;
    }
    const NwbSamples positions = ReadPoints(*position);
    recording_.num_dimensions = static_cast<int>(positions.num_columns);
    recording_.position_m = SampleAtBinStarts(positions, grid_);
    if (velocity != nullptr) {
      recording_.velocity_m_s = AverageOverBins(ReadPointsLike(*velocity), grid_);
    }
    if (target != nullptr) {
      recording_.target_m = SampleAtBinStarts(ReadPointsLike(*target), grid_);
      if (const NwbSeries* radius = GuessTargetRadius(series_)) {
        recording_.target_radius_m = NumberAtBinStarts(ReadLengths(*radius), grid_);
      }
    }
    if (const NwbSeries* recorded = GuessRecordedVelocity(series_)) {
      recording_.recorded_velocity_m_s = SampleAtBinStarts(ReadPointsLike(*recorded), grid_);
    }
    if (engaged != nullptr) {
      recording_.engaged = FlagAtBinStarts(file_->ReadSamples(*engaged), grid_);
    } else {
      SetEngagedFromTrials();
    }
  }

  // Without a flag in the file: during trials, or always if there are none.
  void SetEngagedFromTrials() {
    const bool always = recording_.trials.empty();
    recording_.engaged.assign(static_cast<std::size_t>(recording_.num_bins), always);
    for (const RecordedTrial& trial : recording_.trials) {
      std::fill(recording_.engaged.begin() + trial.first_bin,
                recording_.engaged.begin() + trial.stop_bin, true);
    }
  }

  const RecordingOptions& options_;
  std::shared_ptr<const NwbFile> file_;
  std::vector<NwbSeries> series_;
  BinGrid grid_;
  std::vector<std::optional<std::int64_t>> row_of_bin_;  // See CountMatrix.
  Recording recording_;
};

}  // namespace

Recording ReadRecording(const RecordingOptions& options) {
  ProbeForCrash(options.path, [&] { Reader(options).Read(); });
  return Reader(options).Read();
}

}  // namespace efferent
