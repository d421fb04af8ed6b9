#include "clients/demo/demo_plots.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "clients/report/gnuplot.h"

namespace efferent::demo {
namespace {

constexpr const char* kReachedColor = "#2166ac";
constexpr const char* kMissedColor = "#d6604d";
constexpr const char* kLearningColor = "#e8a33d";
// OPS task: half a second of it is the hold.
constexpr double kFloorS = 0.81;

std::string Title(const DemoPhase& phase, const std::vector<TrialRecord>& trials) {
  int done = 0, reached = 0;
  for (const TrialRecord& trial : trials) {
    if (trial.condition != phase.name) continue;
    ++done;
    reached += trial.success;
  }
  return fmt::format("{} of {}", reached, done);
}

/// Same name for people: `dead_neurons` is `dead neurons`.
std::string Spoken(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

std::string TrialsPlot(const std::vector<TrialRecord>& trials,
                       const std::vector<DemoPhase>& phases) {
  double longest_s = 1.0;
  for (const TrialRecord& trial : trials) longest_s = std::max(longest_s, trial.time_s);
  const double top = 1.32 * longest_s;
  const std::size_t num_trials = std::max<std::size_t>(trials.size(), 1);

  std::string script, learning, frozen, missed;
  script += fmt::format("set xrange [0:{}]\nset yrange [0:{}]\n", num_trials + 1, top);
  script +=
      "set xlabel 'trial'\nset ylabel 'time to target (s), 0.5 s of it hold'\nset border 3\n"
      "set tics nomirror out\nset grid ytics lc rgb '#e8e8e8' lt 1\n"
      "set key outside below center horizontal reverse Left samplen 2 width 2\n";
  double begin = 0.5;
  int number = 1;
  for (const DemoPhase& phase : phases) {
    double end = begin;
    for (const TrialRecord& trial : trials) {
      if (trial.condition != phase.name) continue;
      const std::string line = fmt::format("{} {:.3f}\n", number++, trial.time_s);
      (!trial.success ? missed : phase.learn ? learning : frozen) += line;
      end += 1.0;
    }
    if (end == begin) continue;
    script += fmt::format(
        "set object rectangle from {},0 to {},{} behind fillcolor rgb '{}' fillstyle solid "
        "noborder\n",
        begin, end, top, phase.learn ? "#fdf3e1" : "#eef4fa");
    // Narrow phases share the height, so that their names do not run into each other.
    const bool narrow = (end - begin) / static_cast<double>(num_trials) < 0.14;
    const double height = narrow && phase.learn ? 0.875 : 0.965;
    script += fmt::format("set label {} at {},{} center font ',11'\n",
                          GnuplotQuoted(Spoken(phase.name)), (begin + end) / 2, height * top);
    script +=
        fmt::format("set label {} at {},{} center font ',10' textcolor rgb '#555555'\n",
                    GnuplotQuoted(Title(phase, trials)), (begin + end) / 2, (height - 0.045) * top);
    begin = end;
  }
  script += fmt::format("set arrow from 0,{0} to {1},{0} nohead dashtype 2 lc rgb '#888888'\n",
                        kFloorS, num_trials + 1);
  // A block must not be empty: NaN draws nothing.
  script +=
      fmt::format("$learning << EOD\n{}EOD\n$frozen << EOD\n{}EOD\n$missed << EOD\n{}EOD\n",
                  learning.empty() ? "NaN NaN\n" : learning, frozen.empty() ? "NaN NaN\n" : frozen,
                  missed.empty() ? "NaN NaN\n" : missed);
  script += fmt::format(
      "plot $learning with points pt 7 ps 0.55 lc rgb '{}' title 'reached while learning', "
      "$frozen with points pt 7 ps 0.55 lc rgb '{}' title 'reached, learning off', "
      "$missed with points pt 2 ps 0.6 lw 1.5 lc rgb '{}' title 'not reached', "
      "NaN with lines dashtype 2 lc rgb '#888888' title 'floor of the task, {} s'\n",
      kLearningColor, kReachedColor, kMissedColor, kFloorS);
  return script;
}

std::string PathsPlot(const std::vector<TrialRecord>& trials,
                      const std::vector<DemoPhase>& phases) {
  // Paths are shown around the place where the first one began: the centre of the task.
  std::array<double, 2> center{};
  for (const TrialRecord& trial : trials) {
    if (trial.path_m.empty()) continue;
    center = trial.path_m.front();
    break;
  }
  const auto cm = [](double value, double origin) { return 100.0 * (value - origin); };
  std::string data, panels;
  int number = 0;
  for (const DemoPhase& phase : phases) {
    std::string reached, missed, targets;
    for (const TrialRecord& trial : trials) {
      if (trial.condition != phase.name || trial.path_m.empty()) continue;
      std::string& path = trial.success ? reached : missed;
      for (const auto& [x, y] : trial.path_m) {
        path += fmt::format("{:.2f} {:.2f}\n", cm(x, center[0]), cm(y, center[1]));
      }
      path += "\n";
      targets += fmt::format("{:.2f} {:.2f} {:.2f}\n", cm(trial.target_m[0], center[0]),
                             cm(trial.target_m[1], center[1]), 100.0 * trial.target_radius_m);
    }
    for (std::string* block : {&reached, &missed, &targets}) {
      if (block->empty()) *block = "NaN NaN NaN\n";
    }
    data += fmt::format(
        "$reached{0} << EOD\n{1}EOD\n$missed{0} << EOD\n{2}EOD\n$targets{0} << EOD\n{3}EOD\n",
        number, reached, missed, targets);
    panels += fmt::format(
        "set title {} font ',12' offset 0,-0.6\n"
        "plot $targets{} using 1:2:3 with circles lc rgb '#dddddd' fs transparent solid 0.25 "
        "noborder "
        "notitle, "
        "$missed{} using 1:2 with lines lw 1 lc rgb '{}' notitle, "
        "$reached{} using 1:2 with lines lw 1 lc rgb '{}' notitle\n",
        GnuplotQuoted(fmt::format("{}: {} reached", Spoken(phase.name), Title(phase, trials))),
        number, number, kMissedColor, number, phase.learn ? kLearningColor : kReachedColor);
    ++number;
  }
  return data +
         "set multiplot layout 2,3 columnsfirst margins 0.05,0.985,0.07,0.94 spacing 0.045,0.10\n"
         "set size ratio -1\nset xrange [-14:14]\nset yrange [-14:14]\n"
         "set border 3 lc rgb '#888888'\nset tics nomirror out scale 0.5 font ',9'\n"
         "set xtics -10,5,10\nset ytics -10,5,10\n"
         "set label 'cm' at graph 0.97,0.03 right font ',9' textcolor rgb '#888888'\n" +
         panels + "unset multiplot\n";
}

}  // namespace efferent::demo
