#include "clients/evaluation/recording/recording_page.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <filesystem>

#include "clients/acquisition/scoring.h"
#include "clients/evaluation/confidence_interval.h"
#include "clients/evaluation/recording/recording_charts.h"
#include "clients/evaluation/recording/recording_table.h"
#include "clients/evaluation/recording/resampled_figures.h"
#include "clients/evaluation/step_settings.h"
#include "clients/report/run_facts.h"

namespace efferent {
namespace {

// More than these in one trace and nothing can be told apart.
constexpr std::size_t kMaxTraces = 4;

bool ByTarget(const RecordingEvaluation& evaluation) {
  return evaluation.label == LabelSource::kTarget;
}

std::string FileName(const RecordingEvaluation& evaluation) {
  return std::filesystem::path(evaluation.recording->path).filename().string();
}

struct Metric {
  std::string name;
  std::string caption;
  bool lowest_is_best = true;
  int digits = 1;
};

std::vector<Metric> Metrics(const RecordingEvaluation& evaluation) {
  if (ByTarget(evaluation)) {
    std::vector<Metric> metrics = {{"angle_median_deg", "Median angle error, degrees", true, 1},
                                   {"angle_mean_deg", "Mean angle error, degrees", true, 1}};
    if (evaluation.recording->num_dimensions == 2) {
      metrics.push_back({"angle_balanced_deg",
                         "Balanced angle error, degrees: mean over eight directions to the target "
                         "of the mean error in each; always pointing one way is 90",
                         true, 1});
    }
    return metrics;
  }
  std::vector<Metric> metrics;
  metrics.reserve(2 * static_cast<std::size_t>(evaluation.recording->num_dimensions));
  const auto num_axes = static_cast<std::size_t>(evaluation.recording->num_dimensions);
  for (std::size_t axis = 0; axis < num_axes; ++axis) {
    const std::string name = AxisName(axis);
    metrics.push_back({"r2_" + name, fmt::format("R2 of the {} velocity", name), false, 3});
  }
  for (std::size_t axis = 0; axis < num_axes; ++axis) {
    const std::string name = AxisName(axis);
    metrics.push_back(
        {"correlation_" + name, fmt::format("Correlation of the {} velocity", name), false, 3});
  }
  return metrics;
}

HtmlCell FigureCell(const ResultRow* row, int digits, bool best) {
  if (row == nullptr) return {"–"};
  std::string interval;
  if (row->ci_low) {
    interval = fmt::format("{:.{}f} to {:.{}f}", *row->ci_low, digits, *row->ci_high, digits);
  }
  return {fmt::format("{:.{}f}", row->value, digits), std::move(interval), best};
}

void AddMetricTable(const RecordingEvaluation& evaluation,
                    const std::vector<ScoredDecoder>& decoders, const Metric& metric,
                    bool mark_best, HtmlPage* page) {
  HtmlTable table;
  table.caption = metric.caption;
  table.header = {"condition", evaluation.input.has_trials() ? "trials" : "blocks"};
  table.num_keys = 2;
  for (const ScoredDecoder& decoder : decoders) {
    table.header.push_back(decoder.protocol == kAsRecordedName ? "decoder of the day"
                                                               : decoder.name);
  }
  const std::vector<GuessableCondition> guessable = GuessableConditions(evaluation);
  for (const ScoredCondition& condition : ScoredConditions(evaluation.task())) {
    std::vector<const ResultRow*> figures;
    figures.reserve(decoders.size());
    for (const ScoredDecoder& decoder : decoders) {
      figures.push_back(
          FindRow(evaluation.rows, decoder.name, condition.name, decoder.protocol, metric.name));
    }
    const bool is_guessable =
        std::any_of(guessable.begin(), guessable.end(),
                    [&](const GuessableCondition& each) { return each.name == condition.name; });
    std::vector<HtmlCell> cells = {
        HtmlCell(condition.name, is_guessable ? "guessable without neurons, see control" : "",
                 false),
        fmt::format("{}", condition.units.size())};
    const auto best = mark_best ? Best(figures, metric.lowest_is_best) : std::nullopt;
    for (std::size_t i = 0; i < figures.size(); ++i) {
      cells.push_back(FigureCell(figures[i], metric.digits, best == i));
    }
    table.rows.push_back(std::move(cells));
  }
  page->AddTable(table);
}

void AddOverview(const RecordingEvaluation& evaluation, HtmlPage* page) {
  const Recording& recording = *evaluation.recording;
  page->AddFacts(
      {{"recording", FileName(evaluation)},
       {"length", fmt::format("{} bins of {:g} ms, {:.1f} min", recording.num_bins,
                              recording.bin_width_s * 1e3, recording.duration_s() / 60.0)},
       {"channels", fmt::format("{}", recording.num_channels)},
       {"trials", evaluation.input.has_trials() ? fmt::format("{}", recording.trials.size())
                                                : fmt::format("none; {} blocks serve as trials",
                                                              evaluation.input.trials().size())},
       {"label", ByTarget(evaluation) ? "direction to the target" : "measured velocity"},
       {"scored", evaluation.first_bin == 0
                      ? std::string("every bin")
                      : fmt::format("from bin {} on", evaluation.first_bin)}});
  std::vector<std::string> lines;
  for (const Finding& finding : recording.findings) lines.push_back(finding.text);
  if (lines.empty()) return;
  page->BeginDetails("How the file was read");
  page->AddList(lines);
  page->EndDetails();
}

std::string ProtocolText(const std::string& protocol) {
  if (protocol == kPrequentialName) {
    return "Each trial was decoded with what the trials before it had taught; nothing was fitted "
           "beforehand.";
  }
  if (protocol == kHoldoutFrozenName) {
    return "What is scored here was decoded with learning off, after learning from all that came "
           "before it.";
  }
  return "Learning went on through the scored part: each trial was decoded with what all trials "
         "before it had taught.";
}

void AddAdaptation(const RecordingEvaluation& evaluation,
                   const std::vector<ScoredDecoder>& decoders, HtmlPage* page) {
  if (!ByTarget(evaluation)) return;
  HtmlTable table;
  table.caption = fmt::format(
      "Trials from the onset of an instability until the mean error over {} trials is below {:.0f} "
      "degrees",
      kAdaptedWindow, kAdaptedBelowDeg);
  table.header = {"onset at", "trials unstable"};
  table.num_keys = 2;
  for (const ScoredDecoder& decoder : decoders) {
    table.header.push_back(decoder.protocol == kAsRecordedName ? "decoder of the day"
                                                               : decoder.name);
  }
  for (const InstabilityRun& run : InstabilityRuns(evaluation.task())) {
    const std::string& condition = evaluation.input.trials()[run.first].condition;
    const auto length = static_cast<double>(run.stop - run.first);
    std::vector<const ResultRow*> figures;
    figures.reserve(decoders.size());
    for (const ScoredDecoder& decoder : decoders) {
      figures.push_back(
          FindRow(evaluation.rows, decoder.name, condition, decoder.protocol, "trials_to_30deg"));
    }
    std::vector<HtmlCell> cells = {condition, fmt::format("{:.0f}", length)};
    const auto best = Best(figures, true);
    for (std::size_t i = 0; i < figures.size(); ++i) {
      const bool never = figures[i] != nullptr && figures[i]->value >= length;
      cells.push_back(never ? HtmlCell("never") : FigureCell(figures[i], 0, best == i));
    }
    table.rows.push_back(std::move(cells));
  }
  if (!table.rows.empty()) page->AddTable(table);
}

void AddTime(const RecordingEvaluation& evaluation, const std::string& protocol, HtmlPage* page) {
  std::string text;
  for (const ScoredDecoder& decoder : ScoredDecoders(evaluation, protocol, false)) {
    const ResultRow* row =
        FindRow(evaluation.rows, decoder.name, "all", decoder.protocol, "us_per_bin");
    if (row == nullptr) continue;
    text += fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", decoder.name, row->value);
  }
  page->AddParagraph("Time for a bin, decoding and learning, mean over the run in microseconds: " +
                     text + ". For information only: the machine may have done other things.");
}

void AddControlTables(const RecordingEvaluation& evaluation,
                      const std::vector<ScoredDecoder>& decoders, HtmlPage* page) {
  for (const Metric& metric : Metrics(evaluation)) {
    const bool is_first_choice = metric.name == "angle_median_deg" ||
                                 metric.name == "angle_balanced_deg" ||
                                 metric.name.rfind("r2_", 0) == 0;
    if (is_first_choice) AddMetricTable(evaluation, decoders, metric, false, page);
  }
}

void AddControl(const RecordingEvaluation& evaluation, const std::string& prefix, HtmlPage* page) {
  page->AddHeading(2, prefix + "Dead-neuron control");
  page->AddParagraph(fmt::format(
      "The same once more with all channels silent: what a decoder reaches here it owes to the "
      "task, not to neurons. {} Where the cursor strayed for long, or targets repeat, the way to "
      "the target can be guessed from the labels of earlier trials, and the control says how well.",
      ByTarget(evaluation) ? "90 degrees is chance." : "An R2 of 0 is chance."));
  const std::vector<ScoredDecoder> silent =
      ScoredDecoders(evaluation, Protocols(evaluation).front() + kSilentSuffix, false);
  std::string guessable;
  for (const GuessableCondition& condition : GuessableConditions(evaluation)) {
    guessable += fmt::format("{}{} ({}: {:.1f})", guessable.empty() ? "" : ", ", condition.name,
                             condition.control->decoder, condition.control->value);
  }
  if (!guessable.empty()) {
    page->AddParagraph(fmt::format(
        "Beware: a median below {:.0f} degrees without any neuron in {}. Figures of these "
        "conditions say little about how well neurons are decoded; the balanced error does.",
        kGuessableDeg, guessable));
  }
  AddControlTables(evaluation, silent, page);
  page->AddCharts({SessionChart(evaluation, SilentTracksOf(evaluation), "Without neurons")}, 1,
                  "Running median as above, all channels silent.");
  page->AddHeading(2, prefix + "Summed-channel control");
  page->AddParagraph(
      "The same with all spikes in one channel. How many spikes there are says when and how fast "
      "the "
      "subject moves, but hardly where to: a good score here is a label that leaks, not a decoded "
      "brain.");
  AddControlTables(evaluation,
                   ScoredDecoders(evaluation, Protocols(evaluation).front() + kSummedSuffix, false),
                   page);
}

void AddSessionCharts(const RecordingEvaluation& evaluation, const std::string& prefix,
                      const PageSettings& settings, HtmlPage* page) {
  const std::string protocol = Protocols(evaluation).front();
  const std::vector<DrawnTrack> tracks = TracksOf(evaluation, protocol);
  page->AddHeading(2, prefix + "Over the session");
  page->AddCharts(
      {SessionChart(evaluation, tracks, "")}, 1,
      fmt::format("Median error of each {} as a running median over 21 of them, within "
                  "a condition ({}{}); with few decoders, a band from quartile to quartile.",
                  evaluation.input.has_trials() ? "trial" : "block", protocol,
                  settings.evaluation->seeds.size() > 1 ? ", first seed" : ""));
  const std::vector<Chart> learning = LearningCharts(evaluation, tracks);
  if (!learning.empty()) {
    page->AddHeading(3, "How a condition is learnt");
    page->AddCharts(
        learning, 2,
        fmt::format("Mean error over a trial and the {} after it, from the beginning of "
                    "each condition{}.",
                    kAdaptedWindow - 1,
                    ByTarget(evaluation) ? "; dotted: chance, and 30 degrees" : ""));
  }
  page->AddHeading(3, "Distribution of errors");
  page->AddCharts({DistributionChart(evaluation, tracks)}, 1, "All scored bins; higher is better.");
}

void AddTraces(const RecordingEvaluation& evaluation, const std::string& prefix,
               const PageSettings& settings, HtmlPage* page) {
  const std::string protocol = Protocols(evaluation).front();
  std::vector<DrawnTrack> tracks = TracksOf(evaluation, protocol);
  page->AddHeading(2, prefix + "Decoded and true");
  const std::vector<Chart> directions = DirectionCharts(evaluation, tracks);
  if (!directions.empty()) {
    page->AddCharts(directions, 3,
                    "Decoded direction against direction to the target, a sample of all scored "
                    "bins; a perfect decoder lies on the line.");
  }
  const bool all_fit = tracks.size() <= kMaxTraces;
  if (!all_fit) tracks.resize(kMaxTraces);
  if (const auto stretch = ChooseStretch(evaluation)) {
    page->AddCharts(TraceCharts(evaluation, tracks, *stretch,
                                settings.evaluation->step.intention.intended_speed_m_s),
                    1,
                    fmt::format("A stretch in the middle of {}{}.", stretch->condition,
                                all_fit ? "" : "; the first decoders of the list only"));
  }
}

void AddRecording(const RecordingEvaluation& evaluation, const std::string& prefix,
                  const PageSettings& settings, HtmlPage* page) {
  page->AddHeading(2, prefix + "Figures");
  AddOverview(evaluation, page);
  const std::vector<Metric> metrics = Metrics(evaluation);
  for (const std::string& protocol : Protocols(evaluation)) {
    page->AddHeading(3, protocol);
    page->AddParagraph(
        fmt::format("{} The best of each row is marked; below each figure, its 95 % interval.",
                    ProtocolText(protocol)));
    const std::vector<ScoredDecoder> decoders = ScoredDecoders(evaluation, protocol);
    for (const Metric& metric : metrics) AddMetricTable(evaluation, decoders, metric, true, page);
    AddAdaptation(evaluation, decoders, page);
    AddTime(evaluation, protocol, page);
  }
  for (const Finding& finding : RunFindings(evaluation)) page->AddParagraph(finding.text + ".");
  AddSessionCharts(evaluation, prefix, settings, page);
  AddTraces(evaluation, prefix, settings, page);
  AddControl(evaluation, prefix, page);
}

void AddMethod(const PageSettings& settings, bool by_target, bool by_kinematics, HtmlPage* page) {
  page->AddHeading(2, "How it was scored");
  std::vector<std::string> items;
  if (by_target) {
    items.push_back(fmt::format(
        "Angle error: between decoded velocity and direction from the cursor to the target at the "
        "start of the bin, over bins in which the cursor was released and more than {:.0f} mm from "
        "the target. A zero velocity, which has no direction, counts as 90 degrees.",
        kMinTargetDistanceM * 1e3));
    items.push_back(fmt::format(
        "Balanced angle error: the scored bins are sorted into {} sectors of 45 degrees by the "
        "direction to the target; the mean error of each sector counts alike. A decoder that "
        "points "
        "the same way whatever the neurons say is at 90 degrees, however often that way is right. "
        "Conditions in which a sector has no bin have none.",
        kNumSectors));
    items.push_back(
        "Offline, the cursor does not obey the decoder that is scored: it moved as the decoder of "
        "the day had it.");
  }
  if (by_kinematics) {
    items.push_back(
        "R2 = 1 - SSE/SST for each axis, SST about the mean measured velocity of the scored bins; "
        "correlation is Pearson's. Bins astride a break between trials count like any other.");
  }
  items.push_back(fmt::format(
      "Intervals are 95 %: percentiles of {} bootstrap resamples of trials (seed {}), the same "
      "draws for every decoder.{}",
      kBootstrapResamples, kBootstrapSeed,
      settings.evaluation->seeds.size() > 1
          ? " Decoders that draw their weights: mean over seeds, and Student's t interval."
          : ""));
  items.push_back(
      "Decoders ran through the same step as in the server (binning, features, decoder, limits, "
      "learning), each from nothing. The best of each row is marked; whether a difference is one, "
      "the intervals say.");
  page->AddList(items);
}

void AddFields(const std::string& summary, const std::vector<FieldText>& fields, HtmlPage* page) {
  HtmlTable table;
  table.header = {"parameter", "value", "unit"};
  for (const FieldText& field : fields) {
    table.rows.push_back({field.path, field.value, field.unit});
  }
  page->BeginDetails(summary);
  page->AddTable(table);
  page->EndDetails();
}

void AddSettings(const PageSettings& settings, HtmlPage* page) {
  const EvaluationSettings& evaluation = *settings.evaluation;
  page->AddHeading(2, "Settings");
  std::string seeds;
  for (const std::uint64_t seed : evaluation.seeds) {
    seeds += fmt::format("{}{}", seeds.empty() ? "" : ", ", seed);
  }
  page->AddFacts({{"seeds", seeds.empty() ? "each decoder's own" : seeds}});
  AddFields("Features, labels, limits", DescribeStepSettings(evaluation.step), page);
  for (const NamedDecoder& decoder : evaluation.decoders) {
    const std::string kind = KindOf(decoder.params);
    AddFields(kind == decoder.name ? kind : fmt::format("{} ({})", decoder.name, kind),
              DescribeParams(decoder.params), page);
  }
}

}  // namespace

HtmlPage MakeRecordingPage(const std::vector<RecordingEvaluation>& evaluations,
                           const PageSettings& settings) {
  const bool single = evaluations.size() == 1;
  HtmlPage page(single ? "Decoders on " + FileName(evaluations.front())
                       : fmt::format("Decoders on {} recordings", evaluations.size()));
  page.AddFacts(RunFacts(settings.version));
  bool by_target = false;
  bool by_kinematics = false;
  for (const RecordingEvaluation& evaluation : evaluations) {
    (ByTarget(evaluation) ? by_target : by_kinematics) = true;
    AddRecording(evaluation, single ? "" : FileName(evaluation) + ": ", settings, &page);
  }
  AddMethod(settings, by_target, by_kinematics, &page);
  AddSettings(settings, &page);
  return page;
}

}  // namespace efferent
