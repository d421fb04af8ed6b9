#include "clients/acquisition/stream_plot.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "clients/acquisition/scoring.h"
#include "clients/report/phase_marks.h"

namespace efferent {
namespace {

constexpr PlotSize kSize{1100, 860};
constexpr double kStretchS = 15.0;
constexpr double kBlockS = 10.0;
// Trials on both sides that a running median takes in.
constexpr std::size_t kHalfWindow = 10;
// Width of the lower panel, and height of a row of names above it as a share of its own.
constexpr double kErrorPanelPx = 1000.0;
constexpr double kNameRowShare = 0.06;

constexpr PlotLiteral kDecodedColor = "#0072B2";
constexpr PlotLiteral kIntendedColor = "#D55E00";
constexpr PlotLiteral kRecordedColor = "#8A8A8A";

// Bins [first, stop) that share a dot in the lower panel.
struct Block {
  std::int64_t first_bin;
  std::int64_t stop_bin;
  std::string condition;
};

std::vector<Block> Blocks(const Recording& recording) {
  std::vector<Block> blocks;
  for (const RecordedTrial& trial : recording.trials) {
    blocks.push_back({trial.first_bin, trial.stop_bin, trial.condition});
  }
  if (!blocks.empty()) return blocks;
  const auto bins = static_cast<std::int64_t>(std::ceil(kBlockS / recording.bin_width_s));
  for (std::int64_t bin = 0; bin < recording.num_bins; bin += bins) {
    blocks.push_back({bin, std::min(recording.num_bins, bin + bins), "all"});
  }
  return blocks;
}

// Successive blocks [first, stop) of one condition.
struct Phase {
  std::size_t first;
  std::size_t stop;
  std::string name;
};

std::vector<Phase> Phases(const std::vector<Block>& blocks) {
  std::vector<Phase> phases;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (phases.empty() || phases.back().name != blocks[i].condition) {
      phases.push_back({i, i, blocks[i].condition});
    }
    phases.back().stop = i + 1;
  }
  return phases;
}

// What the subject wanted in a bin, as far as the labels know.
std::optional<Point> Intended(const StreamReport& report, std::size_t bin) {
  const Recording& recording = *report.recording;
  if (!recording.has_target()) {
    return report.measured_velocity_m_s.empty() ? std::nullopt : report.measured_velocity_m_s[bin];
  }
  return VelocityToTarget(recording, bin, report.intended_speed_m_s);
}

// The stretch that the upper panels show: from the middle of the phase with the most trials on.
Block ChooseStretch(const Recording& recording, const std::vector<Block>& blocks,
                    const std::vector<Phase>& phases) {
  const Phase& longest = *std::max_element(
      phases.begin(), phases.end(),
      [](const Phase& a, const Phase& b) { return a.stop - a.first < b.stop - b.first; });
  const auto bins = static_cast<std::int64_t>(kStretchS / recording.bin_width_s) + 1;
  Block stretch = blocks[(longest.first + longest.stop) / 2];
  stretch.stop_bin = std::min(recording.num_bins, stretch.first_bin + bins);
  return stretch;
}

// Largest component of either velocity in the stretch, mm/s, rounded up: one scale for both axes.
double VelocityScale(const StreamReport& report, const Block& stretch) {
  double largest = 1e-3;
  for (std::int64_t bin = stretch.first_bin; bin < stretch.stop_bin; ++bin) {
    const auto i = static_cast<std::size_t>(bin);
    for (const std::optional<Point>& v : {report.play->decoded_m_s[i], Intended(report, i)}) {
      if (v) largest = std::max({largest, 1e3 * std::abs((*v)[0]), 1e3 * std::abs((*v)[1])});
    }
  }
  const double step = std::pow(10.0, std::floor(std::log10(largest))) / 2.0;
  return step * std::ceil(1.05 * largest / step);
}

// Median error of the bins of a block: degrees, or mm/s without a target.
std::optional<double> BlockError(const StreamReport& report, const PointTrack& velocity,
                                 const Block& block) {
  if (report.recording->has_target()) {
    const auto summary =
        Summarize(AngleErrorsDeg(*report.recording, velocity, block.first_bin, block.stop_bin));
    return summary ? std::optional(summary->median) : std::nullopt;
  }
  std::vector<double> errors;
  for (auto bin = static_cast<std::size_t>(block.first_bin);
       bin < static_cast<std::size_t>(block.stop_bin); ++bin) {
    const std::optional<Point> intended = Intended(report, bin);
    if (!velocity[bin] || !intended) continue;
    errors.push_back(1e3 * std::hypot((*velocity[bin])[0] - (*intended)[0],
                                      (*velocity[bin])[1] - (*intended)[1],
                                      (*velocity[bin])[2] - (*intended)[2]));
  }
  const auto summary = Summarize(errors);
  return summary ? std::optional(summary->median) : std::nullopt;
}

// Rows "block error running_median" of one decoder; a running median stays within its phase.
PlotRows ErrorRows(const StreamReport& report, const PointTrack& velocity,
                   const std::vector<Block>& blocks, const std::vector<Phase>& phases) {
  std::vector<std::optional<double>> errors;
  for (const Block& block : blocks) errors.push_back(BlockError(report, velocity, block));
  PlotRows rows;
  for (const Phase& phase : phases) {
    for (std::size_t i = phase.first; i < phase.stop; ++i) {
      if (!errors[i]) continue;
      std::vector<double> around;
      const std::size_t from = i > phase.first + kHalfWindow ? i - kHalfWindow : phase.first;
      for (std::size_t j = from; j < std::min(phase.stop, i + kHalfWindow + 1); ++j) {
        if (errors[j]) around.push_back(*errors[j]);
      }
      rows.Add({static_cast<double>(i + 1), *errors[i], Summarize(around)->median});
    }
    rows.Break();  // The line breaks between phases.
  }
  return rows;
}

// Rows "time decoded intended" of one axis in mm/s.
PlotRows VelocityRows(const StreamReport& report, const Block& stretch, std::size_t axis) {
  PlotRows rows;
  const auto number = [axis](const std::optional<Point>& v) {
    return v ? 1e3 * (*v)[axis] : std::numeric_limits<double>::quiet_NaN();
  };
  for (std::int64_t bin = stretch.first_bin; bin < stretch.stop_bin; ++bin) {
    const auto i = static_cast<std::size_t>(bin);
    const double time_s = static_cast<double>(bin) * report.recording->bin_width_s;
    rows.Add({time_s, number(report.play->decoded_m_s[i]), number(Intended(report, i))});
  }
  return rows;
}

void AddVelocityPanel(const StreamReport& report, const Block& stretch, std::size_t axis,
                      PlotLiteral name, double scale, double top, double bottom, bool has_key,
                      PlotScript* script) {
  const double start_s = static_cast<double>(stretch.first_bin) * report.recording->bin_width_s;
  const double stop_s = static_cast<double>(stretch.stop_bin) * report.recording->bin_width_s;
  script->Add(
      "set tmargin at screen {}\nset bmargin at screen {}\n"
      "set xrange [{:.4f}:{:.4f}]\nset yrange [{}:{}]\nset ylabel '{} velocity (mm/s)'\n"
      "{}\nset xzeroaxis linetype 1 linecolor rgb '#BBBBBB'\n",
      top, bottom, start_s, stop_s, -scale, scale, name,
      has_key ? PlotLiteral("set key outside top right horizontal reverse Left")
              : PlotLiteral("unset key"));
  const PlotData rows = script->AddData(VelocityRows(report, stretch, axis));
  const PlotText decoder = script->AddText("decoded (" + report.decoder + ")");
  script->Add(
      "plot {0} using 1:3 with lines linewidth 2.5 linecolor rgb '{1}' title 'intended', "
      "{0} using 1:2 with lines linewidth 1.5 linecolor rgb '{2}' title {3}\n",
      rows, kIntendedColor, kDecodedColor, decoder);
}

void AddErrorPanel(const StreamReport& report, const std::vector<Block>& blocks,
                   const std::vector<Phase>& phases, PlotScript* script) {
  const bool has_target = report.recording->has_target();
  script->Add(
      "set tmargin at screen 0.385\nset bmargin at screen 0.11\nunset xzeroaxis\n"
      "set xrange [0.5:{:.1f}]\n{}\nset ylabel '{}'\n"
      "set key at screen 0.985, screen 0.005 right bottom horizontal reverse Left\n",
      static_cast<double>(blocks.size()) + 0.5,
      has_target ? PlotLiteral("set yrange [0:180]\nset ytics 45")
                 : PlotLiteral("set yrange [0:*]"),
      has_target ? PlotLiteral("median angle error (deg)")
                 : PlotLiteral("median velocity error (mm/s)"));
  if (report.recording->trials.empty()) {
    script->Add("set xlabel '{:.0f} s of recording'\n", kBlockS);
  } else {
    script->Add("set xlabel 'trial'\n");
  }
  std::vector<PlotPhase> marks;
  for (const Phase& phase : phases) {
    marks.push_back({static_cast<double>(phase.first) + 0.5, static_cast<double>(phase.stop) + 0.5,
                     phase.name});
  }
  AddPhaseMarks(marks, kErrorPanelPx, kNameRowShare, script);
  PlotScript clauses;
  const auto add = [&](const PointTrack& velocity, PlotLiteral color, const std::string& title) {
    const PlotRows errors = ErrorRows(report, velocity, blocks, phases);
    if (errors.empty()) return;
    const PlotData rows = script->AddData(errors);
    const PlotText name = script->AddText(title);
    if (!clauses.empty()) clauses.Add(", ");
    clauses.Add(
        "{0} using 1:2 with points pointtype 7 pointsize 0.25 linecolor rgb '{1}' notitle, "
        "{0} using 1:3 with lines linewidth 2.5 linecolor rgb '{1}' title {2}",
        rows, color, name);
  };
  if (has_target && !report.recording->recorded_velocity_m_s.empty()) {
    add(report.recording->recorded_velocity_m_s, kRecordedColor,
        "decoder of the day, running median");
  }
  add(report.play->decoded_m_s, kDecodedColor, report.decoder + ", running median");
  if (clauses.empty()) return;
  script->Add("plot ");
  script->Add(clauses);
  script->Add("\n");
}

}  // namespace

PlotScript StreamPlotScript(const StreamReport& report) {
  const std::vector<Block> blocks = Blocks(*report.recording);
  const std::vector<Phase> phases = Phases(blocks);
  const Block stretch = ChooseStretch(*report.recording, blocks, phases);
  const std::string stretch_of =
      stretch.condition == "all" ? "" : fmt::format(", in {}", stretch.condition);
  PlotScript script;
  const PlotText title = script.AddText("Decoded and intended velocity" + stretch_of);
  script.Add(
      "set multiplot\nset lmargin at screen 0.075\nset rmargin at screen 0.985\n"
      "set border 3\nset tics nomirror out\nset grid ytics linetype 1 linecolor rgb '#E4E4E4'\n"
      "set label {} at screen 0.075, screen 0.975 left\n",
      title);
  const double scale = VelocityScale(report, stretch);
  script.Add("set format x ''\n");
  AddVelocityPanel(report, stretch, 0, "x", scale, 0.945, 0.755, true, &script);
  script.Add("unset label\nset format x '%g'\nset xlabel 'time in the recording (s)'\n");
  AddVelocityPanel(report, stretch, 1, "y", scale, 0.735, 0.545, false, &script);
  AddErrorPanel(report, blocks, phases, &script);
  script.Add("unset multiplot\n");
  return script;
}

std::string DrawStreamPlot(const StreamReport& report, PlotFormat format) {
  return DrawPlot(StreamPlotScript(report), format, kSize);
}

}  // namespace efferent
