#include "clients/acquisition/recording_reader.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "clients/acquisition/behavior_reader.h"
#include "clients/acquisition/bin_sampling.h"
#include "clients/acquisition/counts_reader.h"
#include "clients/acquisition/crash_probe.h"
#include "clients/acquisition/series_choice.h"
#include "clients/acquisition/time_span.h"
#include "clients/acquisition/trial_table.h"
#include "clients/acquisition/unit_events.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

// A first spike within this of time 0: the recording began at 0.
constexpr double kNearZeroS = 60.0;
// Silence shorter than this at the end of a recording is no news.
constexpr double kSilenceToSayS = 10.0;
// Times in files are rounded; shares of a bin.
constexpr double kTolerance = 1e-3;

class Reader {
 public:
  explicit Reader(const RecordingOptions& options)
      : options_(options),
        file_(std::make_shared<NwbFile>(options.path)),
        series_(file_->FindSeries(&unreadable_)) {}

  Recording Read() {
    recording_.path = options_.path;
    Findings behaviour_findings;
    const BehaviorReader behavior(*file_, series_, options_, &behaviour_findings);
    Findings trial_findings;
    const std::vector<TrialRow> rows = ReadTrialRows(*file_, options_.trials, &trial_findings);
    ReadSpikes(behavior.span(), rows);
    recording_.trials = PlaceTrials(rows, grid_, &trial_findings);
    Append(trial_findings);
    behavior.PlaceOn(grid_, spikes_span_, &recording_);
    Append(behaviour_findings);
    AddUnreadable();
    AddMasked();
    return std::move(recording_);
  }

 private:
  InputError Error(const std::string& what) const {
    return InputError(fmt::format("{}: {}", options_.path, what));
  }
  void Append(const Findings& findings) {
    recording_.findings.insert(recording_.findings.end(), findings.begin(), findings.end());
  }

  // What there is to take spikes from, in the order of preference, and what was taken.
  void ReadSpikes(const std::optional<TimeSpan>& behavior, const std::vector<TrialRow>& rows) {
    std::vector<const NwbSeries*> matrices, mere_counts;
    for (const NwbSeries& each : series_) {
      const CountKind kind = KindOfCounts(each);
      if (kind == CountKind::kSpikes) matrices.push_back(&each);
      if (kind == CountKind::kCounts) mere_counts.push_back(&each);
    }
    const bool has_units = HasUnitSpikes(*file_);
    const bool has_events = std::any_of(series_.begin(), series_.end(), IsSpikeEventSeries);
    const bool wants_units = options_.units || !options_.units_where.empty();
    if (wants_units && options_.counts) {
      throw Error("--counts and --units (or --units-where) exclude each other");
    }
    if (wants_units && !has_units) throw Error("--units: the file has no /units/spike_times");
    if (options_.counts) {
      TakeCounts(NamedSeries(series_, *options_.counts, "counts"), behavior, "");
    } else if (!wants_units && !matrices.empty()) {
      const NwbSeries& matrix = ChooseMatrix(matrices);
      TakeCounts(matrix, behavior, Others(matrices, &matrix, has_units));
    } else if (has_units) {
      const UnitOptions units{options_.units_where, options_.spike_time_scale_s.value_or(1.0)};
      TakeEvents(ReadUnitSpikes(*file_, units, &recording_.findings), behavior, rows,
                 Others(mere_counts, nullptr, false));
    } else if (has_events) {
      TakeEvents(ReadSpikeEventSeries(*file_, series_, options_.spike_time_scale_s.value_or(1.0),
                                      &recording_.findings),
                 behavior, rows, Others(mere_counts, nullptr, false));
    } else if (!mere_counts.empty()) {
      const NwbSeries& matrix = ChooseMatrix(mere_counts);
      TakeCounts(matrix, behavior, Others(mere_counts, &matrix, false));
    } else {
      throw NoSpikes();
    }
  }

  InputError NoSpikes() const {
    std::vector<const NwbSeries*> every;
    for (const NwbSeries& each : series_) every.push_back(&each);
    std::string links;
    for (const NwbUnreadable& each : unreadable_)
      links += fmt::format("; {} {}", each.path, each.reason);
    return Error(fmt::format(
        "no counts matrix and no Units table: looked in /acquisition and /processing for a "
        "TimeSeries [bins x channels] of counts or a SpikeEventSeries, and for /units/spike_times; "
        "the file has {}{}. Name a matrix with --counts",
        DescribeSeries(every), links));
  }

  const NwbSeries& ChooseMatrix(const std::vector<const NwbSeries*>& candidates) const {
    if (candidates.size() == 1) return *candidates.front();
    const auto chosen =
        std::find_if(candidates.begin(), candidates.end(),
                     [](const NwbSeries* each) { return each->name.ends_with("_as_decoded"); });
    if (chosen != candidates.end()) return **chosen;
    throw Error("several counts matrices; choose one with --counts: " + DescribeSeries(candidates));
  }

  // "; there is also NAME (--counts), ...": what spikes might have been taken from as well.
  static std::string Others(const std::vector<const NwbSeries*>& candidates, const NwbSeries* taken,
                            bool has_units) {
    std::string others = has_units ? "/units (--units)" : "";
    for (const NwbSeries* each : candidates) {
      if (each == taken) continue;
      others += fmt::format("{}{} (--counts)", others.empty() ? "" : ", ", each->path);
    }
    return others.empty() ? "" : "; there is also " + others;
  }

  void SayTaken(std::int64_t n, const std::string& text) {
    recording_.findings.insert(
        recording_.findings.begin(),
        {"spikes_taken", static_cast<double>(recording_.num_channels), n, "spikes: " + text});
  }

  void SetGrid(const BinGrid& grid) {
    grid_ = grid;
    recording_.start_time_s = grid.start_s;
    recording_.bin_width_s = grid.width_s;
    recording_.bin_width_ns = std::llround(grid.width_s * 1e9);
    recording_.num_bins = grid.num_bins;
  }

  void TakeCounts(const NwbSeries& series, const std::optional<TimeSpan>& behavior,
                  const std::string& others) {
    RecordedCounts counts =
        ReadCounts(file_, series, options_.electrodes, behavior, &recording_.findings);
    SetGrid(counts.grid);
    spikes_span_ = {grid_.start_s, grid_.BinStartS(grid_.num_bins)};
    recording_.num_channels = counts.matrix.num_channels();
    recording_.has_negative_counts = counts.num_negative > 0;
    recording_.observed = std::move(counts.observed);
    masked_because_ = "have no row: taken for unobserved";
    recording_.spikes = std::move(counts.matrix);
    SayTaken(recording_.num_bins, fmt::format("counts of {} [{}]{}", series.path,
                                              fmt::join(series.shape, " x "), others));
  }

  void TakeEvents(UnitSpikes spikes, const std::optional<TimeSpan>& behavior,
                  const std::vector<TrialRow>& rows, const std::string& others) {
    if (options_.electrodes && *options_.electrodes != "all") {
      throw Error(
          "--electrodes chooses columns of a counts matrix; this file has sorted units "
          "(--units-where)");
    }
    RequireChannels(options_.path + (spikes.num_units > 0 ? " (--units-where takes some)" : ""),
                    spikes.num_units);
    recording_.num_channels = spikes.num_units;
    spikes_span_ = {spikes.times_s.front(), spikes.times_s.back()};
    if (behavior) RequireSeconds(*behavior);
    SetGrid(GridOfEvents(spikes, behavior, rows));
    SpikeEventList events;
    events.channels = std::move(spikes.units);
    events.times_ns.reserve(spikes.times_s.size());
    const std::int64_t stop_ns = recording_.num_bins * recording_.bin_width_ns;
    for (const double time_s : spikes.times_s) {
      const auto time_ns = static_cast<std::int64_t>(std::llround((time_s - grid_.start_s) * 1e9));
      events.times_ns.push_back(std::clamp<std::int64_t>(time_ns, 0, stop_ns - 1));
    }
    const auto num_spikes = static_cast<std::int64_t>(events.times_ns.size());
    recording_.spikes = std::move(events);
    MarkObserved(spikes.observed);
    masked_because_ = "were not observed (obs_intervals)";
    SayTaken(num_spikes, fmt::format("{}, {} spikes, in bins of {} ms (--bin-width-ms){}",
                                     spikes.what, num_spikes, options_.bin_width_ms, others));
  }

  // Spike times in milliseconds or samples, or behaviour on another clock.
  void RequireSeconds(const TimeSpan& behavior) const {
    const std::string spans = fmt::format("the spikes are from {}, the behaviour from {}",
                                          DescribeSpan(spikes_span_), DescribeSpan(behavior));
    if (!options_.spike_time_scale_s && behavior.length_s() > 0.0) {
      if (const auto unit = GuessUnitOfTimes(spikes_span_, behavior)) {
        throw Error(
            fmt::format("{}: the spike times look like {}, and NWB has seconds. --spike-time-scale "
                        "{:.6g} reads "
                        "them so, --spike-time-scale 1 as they are",
                        spans, unit->name, unit->seconds));
      }
      if (const auto unit = GuessUnitOfTimes(behavior, spikes_span_)) {
        throw Error(
            fmt::format("{}: the behaviour's time stamps look like {}, and NWB has seconds: "
                        "mend them in the file",
                        spans, unit->name));
      }
    }
    if (behavior.Meets(spikes_span_)) return;
    throw Error(
        fmt::format("spikes and behaviour have no time in common: {}. Are they on different "
                    "clocks? Other series are named with --position and --velocity",
                    spans));
  }

  BinGrid GridOfEvents(const UnitSpikes& spikes, const std::optional<TimeSpan>& behavior,
                       const std::vector<TrialRow>& rows) {
    const double width_s = options_.bin_width_ms * 1e-3;
    if (!(width_s > 0.0)) throw InputError("--bin-width-ms must be above 0");
    const bool knows_observed = !spikes.observed.empty();
    const double first_s = knows_observed
                               ? std::min(spikes_span_.first_s, spikes.observed.front().first_s)
                               : spikes_span_.first_s;
    // From the whole bin in which it begins; time 0 if that is near.
    double start_s = std::floor(first_s / width_s) * width_s;
    if (start_s > 0.0 && start_s < kNearZeroS) start_s = 0.0;
    double num_bins = std::floor((spikes_span_.last_s - start_s) / width_s) + 1.0;
    const auto reach = [&](double stop_s) {
      num_bins = std::max(num_bins, std::floor((stop_s - start_s) / width_s + kTolerance));
    };
    if (knows_observed) {
      reach(spikes.observed.back().last_s);
    } else {
      reach(EndOfBehavior(behavior, rows, width_s));
    }
    try {
      return MakeBinGrid(options_.path, start_s, width_s, num_bins);
    } catch (const InputError& e) {
      throw InputError(fmt::format("{} (spikes from {}: are the times seconds? --spike-time-scale)",
                                   e.what(), DescribeSpan(spikes_span_)));
    }
  }

  // The end of the last trial, and of the bin with the last sample of behaviour, as far as they let
  // spikes cease for no longer than there were spikes: more is no end of the same recording.
  double EndOfBehavior(const std::optional<TimeSpan>& behavior, const std::vector<TrialRow>& rows,
                       double width_s) {
    double end_s = spikes_span_.last_s;
    const double latest_s = spikes_span_.last_s + std::max(1.0, spikes_span_.length_s());
    if (behavior && behavior->last_s <= latest_s) {
      end_s = std::max(end_s, behavior->last_s + width_s);
    }
    for (const TrialRow& row : rows) {
      if (row.stop_s <= latest_s) end_s = std::max(end_s, row.stop_s);
    }
    const double silent_s = end_s - spikes_span_.last_s;
    if (silent_s >= kSilenceToSayS) {
      recording_.findings.push_back(
          {"silent_end_s", silent_s, 1,
           fmt::format("spikes: none in the last {:.1f} s, in which behaviour or trials go on: "
                       "counted as silence (obs_intervals would say otherwise)",
                       silent_s)});
    }
    return end_s;
  }

  void MarkObserved(const std::vector<TimeSpan>& observed) {
    if (observed.empty()) return;
    const double slack_s = kTolerance * grid_.width_s;
    recording_.observed.assign(static_cast<std::size_t>(grid_.num_bins), false);
    for (const TimeSpan& span : observed) {
      const std::int64_t first = grid_.FirstBinFrom(span.first_s);
      for (std::int64_t bin = first;
           bin < grid_.num_bins && grid_.BinStartS(bin + 1) <= span.last_s + slack_s; ++bin) {
        recording_.observed[static_cast<std::size_t>(bin)] = true;
      }
    }
  }

  void AddMasked() {
    const auto masked = std::count(recording_.observed.begin(), recording_.observed.end(), false);
    if (masked == 0) return;
    recording_.findings.push_back({"bins_not_observed", static_cast<double>(masked),
                                   recording_.num_bins,
                                   fmt::format("bins: {} of {} {}: neither learnt from nor scored",
                                               masked, recording_.num_bins, masked_because_)});
  }

  void AddUnreadable() {
    std::string text;
    for (const NwbUnreadable& each : unreadable_) {
      text += fmt::format("{}{} {}", text.empty() ? "" : "; ", each.path, each.reason);
    }
    if (unreadable_.empty()) return;
    recording_.findings.push_back(
        {"objects_not_read", static_cast<double>(unreadable_.size()), 1, "not read: " + text});
    if (!recording_.why_no_behavior.empty()) recording_.why_no_behavior += "; " + text;
  }

  const RecordingOptions& options_;
  std::shared_ptr<const NwbFile> file_;
  std::vector<NwbUnreadable> unreadable_;
  std::vector<NwbSeries> series_;
  BinGrid grid_;
  TimeSpan spikes_span_;
  const char* masked_because_ = "";
  Recording recording_;
};

}  // namespace

Recording ReadRecording(const RecordingOptions& options) {
  ProbeForCrash(options.path, [&] { Reader(options).Read(); });
  return Reader(options).Read();
}

}  // namespace efferent
