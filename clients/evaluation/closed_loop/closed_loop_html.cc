#include "clients/evaluation/closed_loop/closed_loop_html.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <numbers>

#include "clients/evaluation/closed_loop/closed_loop_rows.h"
#include "clients/evaluation/closed_loop/pilot.h"
#include "clients/report/run_facts.h"

namespace efferent::closed_loop {
namespace {

constexpr PlotSize kCurveSize{1000, 380};
constexpr PlotSize kPathSize{330, 360};
constexpr double kCm = 100.0;

// `intent` and `label` are no decoders: both dashed, each in a colour of its own.
constexpr PlotLiteral kIntentColor = "#1d2329";

PlotLiteral ColorOf(const ConditionOutcome& outcome, std::size_t decoder) {
  const DecoderOutcome& chosen = outcome.decoders[decoder];
  if (!chosen.is_reference) return PaletteColor(decoder);
  return chosen.decoder == kIntent ? kIntentColor : kReferenceColor;
}

// What stands below the name of a reference: what moves the arm in place of a decoder.
std::string ReferenceNote(const DecoderOutcome& decoder) {
  if (!decoder.is_reference) return "";
  return decoder.decoder == kIntent ? "no decoder: what the user wants"
                                    : "no decoder: what decoders are taught";
}

std::string IntervalText(const MeanOfRuns& figure, int decimals, double scale = 1.0) {
  if (!figure.interval) return "";
  return fmt::format("{:.{}f} to {:.{}f}", scale * figure.interval->low, decimals,
                     scale * figure.interval->high, decimals);
}

HtmlCell Cell(const MeanOfRuns& figure, int decimals, double scale = 1.0) {
  return {fmt::format("{:.{}f}", scale * figure.mean, decimals),
          IntervalText(figure, decimals, scale), false};
}

/// The decoder that takes least time; nothing if there is only one to choose from.
const DecoderOutcome* Fastest(const ConditionOutcome& outcome) {
  const DecoderOutcome* fastest = nullptr;
  double least_s = 0.0;
  int num_decoders = 0;
  for (const DecoderOutcome& decoder : outcome.decoders) {
    if (decoder.is_reference) continue;
    ++num_decoders;
    const double time_s = Summarize(decoder.runs, kMetrics[1]).mean;
    if (fastest != nullptr && time_s >= least_s) continue;
    fastest = &decoder;
    least_s = time_s;
  }
  return num_decoders > 1 ? fastest : nullptr;
}

HtmlTable ScoreTable(const ConditionOutcome& outcome) {
  HtmlTable table;
  table.caption = fmt::format("{}: frozen test trials after {} learning trials",
                              outcome.condition.name, outcome.condition.num_learning_trials());
  table.header = {"decoder",    "success, %", "time to target, s", "less best linear, s",
                  "efficiency", "bits/s",     "over best linear",  "dead, %",
                  "summed, %"};
  const DecoderOutcome* fastest = Fastest(outcome);
  for (const DecoderOutcome& decoder : outcome.decoders) {
    const auto summary = [&](std::size_t i) { return Summarize(decoder.runs, kMetrics[i]); };
    const BestLinearComparison comparison = CompareWithBestLinear(outcome, decoder);
    HtmlCell difference(comparison.is_quickest ? kBestLinear : "");
    if (comparison.time_less_s) difference = Cell(*comparison.time_less_s, 3);
    HtmlCell ratio(comparison.has_most_throughput ? kBestLinear : "");
    if (comparison.throughput_over) ratio = Cell(*comparison.throughput_over, 3);
    HtmlCell time = Cell(summary(1), 3);
    const auto success = [](const std::vector<RunScores>& runs) {
      return runs.empty() ? HtmlCell("") : Cell(Summarize(runs, kMetrics[0]), 1, 100.0);
    };
    time.best = fastest == &decoder;
    table.rows.push_back({HtmlCell(decoder.decoder, ReferenceNote(decoder), false),
                          Cell(summary(0), 1, 100.0), time, difference, Cell(summary(2), 3),
                          Cell(summary(3), 2), ratio, success(decoder.dead_runs),
                          success(decoder.summed_runs)});
  }
  for (const PublishedFigure& published : outcome.condition.published) {
    table.rows.push_back({"published: " + published.source, "", published.time_to_target_s});
  }
  return table;
}

Chart LearningCurves(const ConditionOutcome& outcome) {
  Chart chart;
  chart.title = "time to target, trial by trial";
  chart.x_label = "trial";
  chart.y_label = "s, mean of all runs";
  chart.size = kCurveSize;
  double trial = 0.0;
  for (const Phase& phase : outcome.condition.phases) {
    chart.phases.push_back({trial + 0.5, trial + phase.num_trials + 0.5, phase.name});
    trial += phase.num_trials;
  }
  for (std::size_t i = 0; i < outcome.decoders.size(); ++i) {
    const DecoderOutcome& decoder = outcome.decoders[i];
    ChartSeries series;
    series.name = decoder.decoder;
    series.kind = decoder.is_reference ? SeriesKind::kDashed : SeriesKind::kLine;
    series.color = ColorOf(outcome, i);
    for (std::size_t k = 0; k < decoder.trial_times_s.size(); ++k) {
      series.x.push_back(static_cast<double>(k + 1));
      series.y.push_back(decoder.trial_times_s[k]);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

/// Of some test trials; in space, seen from above.
Chart Paths(const DecoderOutcome& decoder, PlotLiteral color) {
  Chart chart;
  chart.title = decoder.decoder;
  chart.x_label = "cm";
  chart.y_label = "cm";
  chart.size = kPathSize;
  chart.x_range = chart.y_range = {-12.0, 12.0};
  for (const TrialResult& trial : decoder.sample_trials) {
    ChartSeries target;
    target.kind = SeriesKind::kLine;
    target.color = kReferenceColor;
    target.width = 0.7;
    for (int k = 0; k <= 24; ++k) {
      const double angle = 2.0 * std::numbers::pi * k / 24;
      target.x.push_back(kCm * (trial.target_m.x() + trial.target_radius_m * std::cos(angle)));
      target.y.push_back(kCm * (trial.target_m.y() + trial.target_radius_m * std::sin(angle)));
    }
    chart.series.push_back(std::move(target));
    ChartSeries path;
    path.kind = trial.success ? SeriesKind::kLine : SeriesKind::kDashed;
    path.color = color;
    path.width = 1.5;
    for (const PathPoint& point : trial.path) {
      path.x.push_back(kCm * point.position_m.x());
      path.y.push_back(kCm * point.position_m.y());
    }
    chart.series.push_back(std::move(path));
  }
  return chart;
}

void AddHow(const std::vector<ConditionOutcome>& outcomes, const StudyParams& params,
            HtmlPage* page) {
  page->AddParagraph(
      "A trial starts at rest in the centre; the target lies 8 cm away in any direction and has a "
      "radius of 2.5 cm. It is reached when the cursor has stayed on it for 0.5 s, which counts, "
      "and "
      "given up after 3 s, which then counts as its time. Decoders know nothing at first, learn in "
      "the learning trials of a condition and are frozen in the test trials, which alone are "
      "scored. All decoders meet the same populations, targets and noise.");
  page->AddFacts(
      {{"runs", fmt::format("{} of each condition, with another population and seed each, from "
                            "seed {}",
                            params.num_populations, params.seed)},
       {"test trials", std::to_string(outcomes.front().condition.phases.back().num_trials)},
       {"intervals", "95 %, Student's t over runs; differences are taken within runs"},
       {"best linear",
        "the linear decoder that takes least time in this condition, or has most bits/s; choosing "
        "it afterwards flatters it"},
       {"over best linear",
        "bits/s over those of the best linear decoder. What intent and label have there is what is "
        "left to win: where the best linear decoder comes within a tenth of the better one, "
        "the world is linear in closed loop"},
       {"dead", fmt::format("success with every neuron silent, as many learning trials, {} "
                            "runs; above 5 % a score would mean nothing",
                            params.num_control_populations)},
       {"summed", fmt::format("success with all spikes in one channel, {} runs: what their number "
                              "alone gives away",
                              params.num_control_populations)},
       {"intent, label",
        "no decoders: the arm does what the user wants, or what decoders are taught"},
       {"efficiency",
        "straight distance / length of the path to where the target was first entered"},
       {"bits/s", "log2(1 + D / W) / time, D = 8 cm, W = 5 cm; 0 for a failed trial"}});
}

void AddCondition(const ConditionOutcome& outcome, HtmlPage* page) {
  page->AddHeading(2, outcome.condition.name);
  page->AddParagraph(outcome.condition.description + ".");
  page->AddTable(ScoreTable(outcome));
  if (const std::string text = HeadroomText(outcome); !text.empty()) {
    page->AddParagraph(text + ".");
  }
  page->AddCharts({LearningCurves(outcome)}, 1, "");
  std::vector<Chart> paths;
  for (std::size_t i = 0; i < outcome.decoders.size(); ++i) {
    paths.push_back(Paths(outcome.decoders[i], ColorOf(outcome, i)));
  }
  page->BeginDetails("trajectories of some test trials");
  page->AddCharts(paths, 3, "First run; dashed: failed. In space: seen from above.");
  page->EndDetails();
}

}  // namespace

HtmlPage MakePage(const std::vector<ConditionOutcome>& outcomes, const StudyParams& params,
                  const std::string& version) {
  HtmlPage page("Decoders in closed loop");
  page.AddFacts(RunFacts(version));
  AddHow(outcomes, params, &page);
  for (const ConditionOutcome& outcome : outcomes) AddCondition(outcome, &page);
  return page;
}

}  // namespace efferent::closed_loop
