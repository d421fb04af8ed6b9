#include "clients/acquisition/stream_plot.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "clients/acquisition/scoring.h"
#include "clients/report/gnuplot.h"
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

constexpr const char* kDecodedColor = "#0072B2";
constexpr const char* kIntendedColor = "#D55E00";
constexpr const char* kRecordedColor = "#8A8A8A";

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
  if (!recording.engaged[bin] || !recording.position_m[bin] || !recording.target_m[bin]) return {};
  Point way{};
  double distance2 = 0.0;
  for (std::size_t axis = 0; axis < way.size(); ++axis) {
    way[axis] = (*recording.target_m[bin])[axis] - (*recording.position_m[bin])[axis];
    distance2 += way[axis] * way[axis];
  }
  if (!(distance2 > kMinTargetDistanceM * kMinTargetDistanceM)) return {};
  for (double& component : way) component *= report.intended_speed_m_s / std::sqrt(distance2);
  return way;
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

// Lines "block error running_median" of one decoder; a running median stays within its phase.
std::string ErrorData(const StreamReport& report, const PointTrack& velocity,
                      const std::vector<Block>& blocks, const std::vector<Phase>& phases) {
  std::vector<std::optional<double>> errors;
  for (const Block& block : blocks) errors.push_back(BlockError(report, velocity, block));
  std::string data;
  for (const Phase& phase : phases) {
    for (std::size_t i = phase.first; i < phase.stop; ++i) {
      if (!errors[i]) continue;
      std::vector<double> around;
      const std::size_t from = i > phase.first + kHalfWindow ? i - kHalfWindow : phase.first;
      for (std::size_t j = from; j < std::min(phase.stop, i + kHalfWindow + 1); ++j) {
        if (errors[j]) around.push_back(*errors[j]);
      }
      data += fmt::format("{} {:.3f} {:.3f}\n", i + 1, *errors[i], Summarize(around)->median);
    }
    data += '\n';  // Breaks the line between phases.
  }
  return data;
}

// Lines "time decoded intended" of one axis in mm/s.
std::string VelocityData(const StreamReport& report, const Block& stretch, std::size_t axis) {
  std::string data;
  const auto number = [axis](const std::optional<Point>& v) {
    return v ? fmt::format("{:.3f}", 1e3 * (*v)[axis]) : std::string("NaN");
  };
  for (std::int64_t bin = stretch.first_bin; bin < stretch.stop_bin; ++bin) {
    const auto i = static_cast<std::size_t>(bin);
    const double time_s = static_cast<double>(bin) * report.recording->bin_width_s;
    data += fmt::format("{:.4f} {} {}\n", time_s, number(report.play->decoded_m_s[i]),
                        number(Intended(report, i)));
  }
  return data;
}

std::string VelocityPanel(const StreamReport& report, const Block& stretch, std::size_t axis,
                          const char* name, double scale, double top, double bottom, bool has_key) {
  const double start_s = static_cast<double>(stretch.first_bin) * report.recording->bin_width_s;
  const double stop_s = static_cast<double>(stretch.stop_bin) * report.recording->bin_width_s;
  std::string script = fmt::format(
      "set tmargin at screen {}\nset bmargin at screen {}\n"
      "set xrange [{:.4f}:{:.4f}]\nset yrange [{}:{}]\nset ylabel {}\n"
      "{}\nset xzeroaxis linetype 1 linecolor rgb '#BBBBBB'\n",
      top, bottom, start_s, stop_s, -scale, scale,
      GnuplotQuoted(fmt::format("{} velocity (mm/s)", name)),
      has_key ? "set key outside top right horizontal reverse Left" : "unset key");
  script += fmt::format("$v{0} << EOD\n{1}EOD\n", axis, VelocityData(report, stretch, axis));
  script += fmt::format(
      "plot $v{0} using 1:3 with lines linewidth 2.5 linecolor rgb '{1}' title 'intended', "
      "$v{0} using 1:2 with lines linewidth 1.5 linecolor rgb '{2}' title {3}\n",
      axis, kIntendedColor, kDecodedColor, GnuplotQuoted("decoded (" + report.decoder + ")"));
  return script;
}

std::string ErrorPanel(const StreamReport& report, const std::vector<Block>& blocks,
                       const std::vector<Phase>& phases) {
  const bool has_target = report.recording->has_target();
  const bool has_trials = !report.recording->trials.empty();
  const std::string unit = has_trials ? "trial" : fmt::format("{:.0f} s of recording", kBlockS);
  std::string script = fmt::format(
      "set tmargin at screen 0.385\nset bmargin at screen 0.11\nunset xzeroaxis\n"
      "set xrange [0.5:{:.1f}]\n{}\nset xlabel {}\nset ylabel {}\n"
      "set key at screen 0.985, screen 0.005 right bottom horizontal reverse Left\n",
      static_cast<double>(blocks.size()) + 0.5,
      has_target ? "set yrange [0:180]\nset ytics 45" : "set yrange [0:*]",
      GnuplotQuoted(has_trials ? "trial" : unit),
      GnuplotQuoted(has_target ? "median angle error (deg)" : "median velocity error (mm/s)"));
  std::vector<PlotPhase> marks;
  for (const Phase& phase : phases) {
    marks.push_back({static_cast<double>(phase.first) + 0.5, static_cast<double>(phase.stop) + 0.5,
                     phase.name});
  }
  script += PhaseMarks(marks, kErrorPanelPx, kNameRowShare);
  std::string plots;
  const auto add = [&](const char* block, const PointTrack& velocity, const char* color,
                       const std::string& title) {
    const std::string data = ErrorData(report, velocity, blocks, phases);
    if (std::all_of(data.begin(), data.end(), [](char c) { return c == '\n'; })) return;
    script += fmt::format("${} << EOD\n{}EOD\n", block, data);
    plots += fmt::format(
        "{0}${1} using 1:2 with points pointtype 7 pointsize 0.25 linecolor rgb '{2}' notitle, "
        "${1} using 1:3 with lines linewidth 2.5 linecolor rgb '{2}' title {3}",
        plots.empty() ? "" : ", ", block, color, GnuplotQuoted(title));
  };
  if (has_target && !report.recording->recorded_velocity_m_s.empty()) {
    add("recorded", report.recording->recorded_velocity_m_s, kRecordedColor,
        "decoder of the day, running median");
  }
  add("decoded", report.play->decoded_m_s, kDecodedColor, report.decoder + ", running median");
  return plots.empty() ? "" : script + "plot " + plots + "\n";
}

}  // namespace

std::string StreamPlotScript(const StreamReport& report) {
  const std::vector<Block> blocks = Blocks(*report.recording);
  const std::vector<Phase> phases = Phases(blocks);
  const Block stretch = ChooseStretch(*report.recording, blocks, phases);
  const std::string stretch_of =
      stretch.condition == "all" ? "" : fmt::format(", in {}", stretch.condition);
  std::string script = fmt::format(
      "set multiplot\nset lmargin at screen 0.075\nset rmargin at screen 0.985\n"
      "set border 3\nset tics nomirror out\nset grid ytics linetype 1 linecolor rgb '#E4E4E4'\n"
      "set label {} at screen 0.075, screen 0.975 left\n",
      GnuplotQuoted(fmt::format("Decoded and intended velocity{}", stretch_of)));
  const double scale = VelocityScale(report, stretch);
  script += "set format x ''\n";
  script += VelocityPanel(report, stretch, 0, "x", scale, 0.945, 0.755, true);
  script += "unset label\nset format x '%g'\nset xlabel 'time in the recording (s)'\n";
  script += VelocityPanel(report, stretch, 1, "y", scale, 0.735, 0.545, false);
  script += ErrorPanel(report, blocks, phases);
  return script + "unset multiplot\n";
}

void DrawStreamPlot(const std::string& path, const StreamReport& report) {
  DrawPlot(path, StreamPlotScript(report), kSize);
}

}  // namespace efferent
