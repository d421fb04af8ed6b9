#include "clients/evaluation/recording/recording_charts.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "clients/acquisition/scoring.h"
#include "clients/evaluation/recording/recording_table.h"

namespace efferent {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Trials on both sides that a running median takes in.
constexpr std::size_t kHalfWindow = 10;
// Bands of more tracks than these hide one another.
constexpr std::size_t kMaxBands = 3;
constexpr std::size_t kLearningTrials = 60;
constexpr std::size_t kMinLearningTrials = 8;
constexpr std::size_t kMaxLearningConditions = 12;
constexpr double kStretchS = 8.0;
constexpr std::size_t kMaxDots = 700;
constexpr PlotLiteral kTruthColor = "#1d2329";

const std::vector<RecordedTrial>& Trials(const RecordingEvaluation& evaluation) {
  return evaluation.input.trials();
}

bool ByTarget(const RecordingEvaluation& evaluation) {
  return evaluation.label == LabelSource::kTarget;
}

// Error of one bin: degrees, or the length of the velocity error, mm/s. Nothing if it is not scored.
std::optional<double> BinError(const RecordingEvaluation& evaluation, const PointTrack& decoded_m_s,
                               std::int64_t bin) {
  const std::optional<Point>& decoded = decoded_m_s[static_cast<std::size_t>(bin)];
  if (!decoded) return std::nullopt;
  if (ByTarget(evaluation)) return AngleErrorDeg(*evaluation.recording, bin, *decoded);
  const std::optional<Point>& measured = evaluation.measured_m_s[static_cast<std::size_t>(bin)];
  if (!measured) return std::nullopt;
  return 1e3 * std::hypot((*decoded)[0] - (*measured)[0], (*decoded)[1] - (*measured)[1],
                          (*decoded)[2] - (*measured)[2]);
}

std::vector<double> ErrorsOf(const RecordingEvaluation& evaluation, const PointTrack& decoded_m_s,
                             std::int64_t first_bin, std::int64_t stop_bin) {
  std::vector<double> errors;
  for (std::int64_t bin = first_bin; bin < stop_bin; ++bin) {
    if (const auto error = BinError(evaluation, decoded_m_s, bin)) errors.push_back(*error);
  }
  return errors;
}

const char* ErrorLabel(const RecordingEvaluation& evaluation) {
  return ByTarget(evaluation) ? "angle error (deg)" : "velocity error (mm/s)";
}

// Trials [first, stop) of one condition in a row.
struct Phase {
  std::size_t first;
  std::size_t stop;
};

std::vector<Phase> ScoredPhases(const RecordingEvaluation& evaluation) {
  const std::vector<RecordedTrial>& trials = Trials(evaluation);
  std::vector<Phase> phases;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i].first_bin < evaluation.first_bin) continue;
    if (phases.empty() || trials[phases.back().first].condition != trials[i].condition) {
      phases.push_back({i, i});
    }
    phases.back().stop = i + 1;
  }
  return phases;
}

void SetErrorAxis(const RecordingEvaluation& evaluation, Chart* chart) {
  chart->y_label = ErrorLabel(evaluation);
  if (!ByTarget(evaluation)) {
    chart->y_range = std::nullopt;
    return;
  }
  chart->y_range = {0.0, 180.0};
  chart->y_tick = 45.0;
  chart->y_lines = {90.0};
}

ChartSeries Line(const DrawnTrack& track) {
  ChartSeries series;
  series.name = track.name;
  series.color = track.color;
  return series;
}

double DegreesOf(double x, double y) { return std::atan2(y, x) * 180.0 / M_PI; }

// What was aimed at in a bin: the direction to the target at the labels' speed, or what was measured.
std::optional<Point> Aim(const RecordingEvaluation& evaluation, std::size_t bin, double speed_m_s) {
  if (!ByTarget(evaluation)) return evaluation.measured_m_s[bin];
  return VelocityToTarget(*evaluation.recording, bin, speed_m_s);
}

}  // namespace

std::vector<DrawnTrack> TracksOf(const RecordingEvaluation& evaluation,
                                 const std::string& protocol) {
  std::vector<DrawnTrack> tracks;
  if (!evaluation.recording->recorded_velocity_m_s.empty()) {
    tracks.push_back(
        {"decoder of the day", kReferenceColor, &evaluation.recording->recorded_velocity_m_s});
  }
  std::size_t color = 0;
  for (const EvaluatedRun& run : evaluation.runs) {
    if (run.protocol != protocol || run.decoded_m_s.empty()) continue;
    tracks.push_back({run.decoder.name, PaletteColor(color++), &run.decoded_m_s});
  }
  return tracks;
}

std::vector<DrawnTrack> SilentTracksOf(const RecordingEvaluation& evaluation) {
  std::vector<DrawnTrack> tracks;
  std::size_t color = 0;
  for (const EvaluatedRun& run : evaluation.runs) {
    if (run.control != ChannelControl::kSilent) continue;
    tracks.push_back({run.decoder.name + ", silent", PaletteColor(color++), &run.decoded_m_s});
  }
  return tracks;
}

Chart SessionChart(const RecordingEvaluation& evaluation, const std::vector<DrawnTrack>& tracks,
                   const std::string& title) {
  const std::vector<RecordedTrial>& trials = Trials(evaluation);
  const std::vector<Phase> phases = ScoredPhases(evaluation);
  Chart chart;
  chart.title = title;
  chart.x_label = evaluation.input.has_trials() ? "trial" : "block";
  SetErrorAxis(evaluation, &chart);
  for (const Phase& phase : phases) {
    chart.phases.push_back({static_cast<double>(phase.first) + 0.5,
                            static_cast<double>(phase.stop) + 0.5, trials[phase.first].condition});
  }
  if (!phases.empty()) chart.x_range = {chart.phases.front().start, chart.phases.back().stop};
  if (!evaluation.input.has_trials()) chart.phases.clear();
  for (const DrawnTrack& track : tracks) {
    ChartSeries series = Line(track);
    ChartSeries quartiles;
    quartiles.kind = SeriesKind::kBand;
    quartiles.color = track.color;
    const auto add = [&](double x, double low, double middle, double high) {
      series.x.push_back(x);
      series.y.push_back(middle);
      quartiles.x.push_back(x);
      quartiles.y.push_back(low);
      quartiles.y_high.push_back(high);
    };
    std::vector<double> of_trial(trials.size(), kNaN);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const auto summary = Summarize(
          ErrorsOf(evaluation, *track.decoded_m_s, trials[i].first_bin, trials[i].stop_bin));
      if (summary) of_trial[i] = summary->median;
    }
    for (const Phase& phase : phases) {
      for (std::size_t i = phase.first; i < phase.stop; ++i) {
        std::vector<double> around;
        const std::size_t from = i > phase.first + kHalfWindow ? i - kHalfWindow : phase.first;
        for (std::size_t j = from; j < std::min(phase.stop, i + kHalfWindow + 1); ++j) {
          if (std::isfinite(of_trial[j])) around.push_back(of_trial[j]);
        }
        std::sort(around.begin(), around.end());
        const auto quantile = [&](std::size_t quarters) {
          return around.empty() ? kNaN : around[quarters * (around.size() - 1) / 4];
        };
        add(static_cast<double>(i + 1), quantile(1), quantile(2), quantile(3));
      }
      // The line breaks where the condition changes.
      add(static_cast<double>(phase.stop) + 0.5, kNaN, kNaN, kNaN);
    }
    if (tracks.size() <= kMaxBands) chart.series.push_back(std::move(quartiles));
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::vector<Chart> LearningCharts(const RecordingEvaluation& evaluation,
                                  const std::vector<DrawnTrack>& tracks) {
  const std::vector<RecordedTrial>& trials = Trials(evaluation);
  const std::vector<Phase> phases = ScoredPhases(evaluation);
  std::vector<Chart> charts;
  if (phases.size() > kMaxLearningConditions || !evaluation.input.has_trials()) return charts;
  for (const Phase& phase : phases) {
    if (phase.stop - phase.first < kMinLearningTrials) continue;
    Chart& chart = charts.emplace_back();
    chart.title = trials[phase.first].condition;
    chart.x_label = "trials before";
    chart.size = {520, 290};
    SetErrorAxis(evaluation, &chart);
    const std::size_t shown = std::min(kLearningTrials, phase.stop - phase.first);
    chart.x_range = {0.0, static_cast<double>(shown - kAdaptedWindow)};
    if (ByTarget(evaluation)) chart.y_lines.push_back(kAdaptedBelowDeg);
    for (const DrawnTrack& track : tracks) {
      ChartSeries series = Line(track);
      for (std::size_t k = 0; k + kAdaptedWindow <= shown; ++k) {
        std::vector<double> errors;
        for (std::size_t i = phase.first + k; i < phase.first + k + kAdaptedWindow; ++i) {
          const std::vector<double> more =
              ErrorsOf(evaluation, *track.decoded_m_s, trials[i].first_bin, trials[i].stop_bin);
          errors.insert(errors.end(), more.begin(), more.end());
        }
        const auto summary = Summarize(std::move(errors));
        series.x.push_back(static_cast<double>(k));
        series.y.push_back(summary ? summary->mean : kNaN);
      }
      chart.series.push_back(std::move(series));
    }
  }
  return charts;
}

Chart DistributionChart(const RecordingEvaluation& evaluation,
                        const std::vector<DrawnTrack>& tracks) {
  Chart chart;
  chart.x_label = ErrorLabel(evaluation);
  chart.y_label = "share of bins below (%)";
  chart.y_range = {0.0, 100.0};
  chart.size = {1000, 360};
  double largest = 180.0;
  std::vector<std::vector<double>> errors_of_track;
  for (const DrawnTrack& track : tracks) {
    std::vector<double>& errors = errors_of_track.emplace_back(ErrorsOf(
        evaluation, *track.decoded_m_s, evaluation.first_bin, evaluation.recording->num_bins));
    std::sort(errors.begin(), errors.end());
  }
  if (!ByTarget(evaluation)) {
    // Up to where the worst decoder has all but a hundredth of its bins.
    largest = 1.0;
    for (const auto& errors : errors_of_track) {
      if (!errors.empty()) largest = std::max(largest, errors[errors.size() * 99 / 100]);
    }
  }
  chart.x_range = {0.0, largest};
  constexpr int kSteps = 180;
  for (std::size_t t = 0; t < tracks.size(); ++t) {
    ChartSeries series = Line(tracks[t]);
    const std::vector<double>& errors = errors_of_track[t];
    for (int step = 0; step <= kSteps && !errors.empty(); ++step) {
      const double bound = largest * step / kSteps;
      const auto below = std::upper_bound(errors.begin(), errors.end(), bound) - errors.begin();
      series.x.push_back(bound);
      series.y.push_back(100.0 * static_cast<double>(below) / static_cast<double>(errors.size()));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::optional<TraceStretch> ChooseStretch(const RecordingEvaluation& evaluation) {
  const std::vector<Phase> phases = ScoredPhases(evaluation);
  if (phases.empty()) return std::nullopt;
  const Phase& longest = *std::max_element(
      phases.begin(), phases.end(),
      [](const Phase& a, const Phase& b) { return a.stop - a.first < b.stop - b.first; });
  const RecordedTrial& trial = Trials(evaluation)[(longest.first + longest.stop) / 2];
  const auto bins = static_cast<std::int64_t>(kStretchS / evaluation.recording->bin_width_s) + 1;
  return TraceStretch{trial.condition, trial.first_bin,
                      std::min(evaluation.recording->num_bins, trial.first_bin + bins)};
}

std::vector<Chart> TraceCharts(const RecordingEvaluation& evaluation,
                               const std::vector<DrawnTrack>& tracks, const TraceStretch& stretch,
                               double intended_speed_m_s) {
  const Recording& recording = *evaluation.recording;
  std::vector<Chart> charts;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(recording.num_dimensions); ++axis) {
    Chart& chart = charts.emplace_back();
    chart.x_label = "time in the recording (s)";
    chart.y_label = fmt::format("{} velocity (mm/s)", AxisName(axis));
    chart.size = {1000, 270};
    chart.y_lines = {0.0};
    const auto time_s = [&](std::int64_t bin) {
      return static_cast<double>(bin) * recording.bin_width_s;
    };
    chart.x_range = {time_s(stretch.first_bin), time_s(stretch.stop_bin)};
    const auto add = [&](ChartSeries series, auto value) {
      for (std::int64_t bin = stretch.first_bin; bin < stretch.stop_bin; ++bin) {
        const std::optional<Point> v = value(static_cast<std::size_t>(bin));
        series.x.push_back(time_s(bin));
        series.y.push_back(v ? 1e3 * (*v)[axis] : kNaN);
      }
      chart.series.push_back(std::move(series));
    };
    ChartSeries truth;
    truth.name = ByTarget(evaluation) ? "intended (to the target)" : "measured";
    truth.color = kTruthColor;
    truth.width = 2.5;
    add(truth, [&](std::size_t bin) { return Aim(evaluation, bin, intended_speed_m_s); });
    for (const DrawnTrack& track : tracks) {
      ChartSeries series = Line(track);
      series.width = 1.5;
      add(std::move(series), [&](std::size_t bin) { return (*track.decoded_m_s)[bin]; });
    }
  }
  return charts;
}

std::vector<Chart> DirectionCharts(const RecordingEvaluation& evaluation,
                                   const std::vector<DrawnTrack>& tracks) {
  std::vector<Chart> charts;
  if (!ByTarget(evaluation)) return charts;
  const Recording& recording = *evaluation.recording;
  std::vector<std::size_t> bins;
  for (auto bin = static_cast<std::size_t>(evaluation.first_bin);
       bin < static_cast<std::size_t>(recording.num_bins); ++bin) {
    if (Aim(evaluation, bin, 1.0)) bins.push_back(bin);
  }
  const std::size_t step = std::max<std::size_t>(1, bins.size() / kMaxDots);
  for (const DrawnTrack& track : tracks) {
    Chart& chart = charts.emplace_back();
    chart.title = track.name;
    chart.x_label = "direction to the target (deg)";
    chart.y_label = "decoded direction (deg)";
    chart.x_range = chart.y_range = {-180.0, 180.0};
    chart.x_tick = chart.y_tick = 90.0;
    chart.size = {360, 330};
    ChartSeries dots;
    dots.kind = SeriesKind::kPoints;
    dots.color = track.color;
    dots.width = 1.6;
    for (std::size_t i = 0; i < bins.size(); i += step) {
      const Point aim = *Aim(evaluation, bins[i], 1.0);
      const std::optional<Point>& decoded = (*track.decoded_m_s)[bins[i]];
      if (!decoded || ((*decoded)[0] == 0.0 && (*decoded)[1] == 0.0)) continue;
      dots.x.push_back(DegreesOf(aim[0], aim[1]));
      dots.y.push_back(DegreesOf((*decoded)[0], (*decoded)[1]));
    }
    ChartSeries identity;
    identity.color = kReferenceColor;
    identity.width = 1.0;
    identity.x = identity.y = {-180.0, 180.0};
    chart.series = {identity, dots};
  }
  return charts;
}

}  // namespace efferent
