#include "clients/demo/demo_plots.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>

namespace efferent::demo {
namespace {

constexpr PlotLiteral kReachedColor = "#2166ac";
constexpr PlotLiteral kMissedColor = "#d6604d";
constexpr PlotLiteral kLearningColor = "#e8a33d";
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

PlotScript TrialsPlot(const std::vector<TrialRecord>& trials,
                      const std::vector<DemoPhase>& phases) {
  double longest_s = 1.0;
  for (const TrialRecord& trial : trials) longest_s = std::max(longest_s, trial.time_s);
  const double top = 1.32 * longest_s;
  const std::size_t num_trials = std::max<std::size_t>(trials.size(), 1);

  PlotScript script;
  PlotRows learning, frozen, missed;
  script.Add("set xrange [0:{}]\nset yrange [0:{}]\n", num_trials + 1, top);
  script.Add(
      "set xlabel 'trial'\nset ylabel 'time to target (s), 0.5 s of it hold'\nset border 3\n"
      "set tics nomirror out\nset grid ytics lc rgb '#e8e8e8' lt 1\n"
      "set key outside below center horizontal reverse Left samplen 2 width 2\n");
  double begin = 0.5;
  int number = 1;
  for (const DemoPhase& phase : phases) {
    double end = begin;
    for (const TrialRecord& trial : trials) {
      if (trial.condition != phase.name) continue;
      PlotRows& rows = !trial.success ? missed : phase.learn ? learning : frozen;
      rows.Add({static_cast<double>(number++), trial.time_s});
      end += 1.0;
    }
    if (end == begin) continue;
    script.Add(
        "set object rectangle from {},0 to {},{} behind fillcolor rgb '{}' fillstyle solid "
        "noborder\n",
        begin, end, top, phase.learn ? PlotLiteral("#fdf3e1") : PlotLiteral("#eef4fa"));
    // Narrow phases share the height, so that their names do not run into each other.
    const bool narrow = (end - begin) / static_cast<double>(num_trials) < 0.14;
    const double height = narrow && phase.learn ? 0.875 : 0.965;
    const PlotText name = script.AddText(Spoken(phase.name));
    const PlotText title = script.AddText(Title(phase, trials));
    script.Add("set label {} at {},{} center font ',11'\n", name, (begin + end) / 2, height * top);
    script.Add("set label {} at {},{} center font ',10' textcolor rgb '#555555'\n", title,
               (begin + end) / 2, (height - 0.045) * top);
    begin = end;
  }
  script.Add("set arrow from 0,{0} to {1},{0} nohead dashtype 2 lc rgb '#888888'\n", kFloorS,
             num_trials + 1);
  const PlotData learning_rows = script.AddData(learning);
  const PlotData frozen_rows = script.AddData(frozen);
  const PlotData missed_rows = script.AddData(missed);
  script.Add(
      "plot {} with points pt 7 ps 0.55 lc rgb '{}' title 'reached while learning', "
      "{} with points pt 7 ps 0.55 lc rgb '{}' title 'reached, learning off', "
      "{} with points pt 2 ps 0.6 lw 1.5 lc rgb '{}' title 'not reached', "
      "NaN with lines dashtype 2 lc rgb '#888888' title 'floor of the task, {} s'\n",
      learning_rows, kLearningColor, frozen_rows, kReachedColor, missed_rows, kMissedColor,
      kFloorS);
  return script;
}

PlotScript PathsPlot(const std::vector<TrialRecord>& trials, const std::vector<DemoPhase>& phases) {
  // Paths are shown around the place where the first one began: the centre of the task.
  std::array<double, 2> center{};
  for (const TrialRecord& trial : trials) {
    if (trial.path_m.empty()) continue;
    center = trial.path_m.front();
    break;
  }
  const auto cm = [](double value, double origin) { return 100.0 * (value - origin); };
  PlotScript script;
  script.Add(
      "set multiplot layout 2,3 columnsfirst margins 0.05,0.985,0.07,0.94 spacing 0.045,0.10\n"
      "set size ratio -1\nset xrange [-14:14]\nset yrange [-14:14]\n"
      "set border 3 lc rgb '#888888'\nset tics nomirror out scale 0.5 font ',9'\n"
      "set xtics -10,5,10\nset ytics -10,5,10\n"
      "set label 'cm' at graph 0.97,0.03 right font ',9' textcolor rgb '#888888'\n");
  for (const DemoPhase& phase : phases) {
    PlotRows reached, missed, targets;
    for (const TrialRecord& trial : trials) {
      if (trial.condition != phase.name || trial.path_m.empty()) continue;
      PlotRows& path = trial.success ? reached : missed;
      for (const auto& [x, y] : trial.path_m) path.Add({cm(x, center[0]), cm(y, center[1])});
      path.Break();
      targets.Add({cm(trial.target_m[0], center[0]), cm(trial.target_m[1], center[1]),
                   100.0 * trial.target_radius_m});
    }
    const PlotData reached_rows = script.AddData(reached);
    const PlotData missed_rows = script.AddData(missed);
    const PlotData target_rows = script.AddData(targets);
    const PlotText title =
        script.AddText(fmt::format("{}: {} reached", Spoken(phase.name), Title(phase, trials)));
    script.Add(
        "set title {} font ',12' offset 0,-0.6\n"
        "plot {} using 1:2:3 with circles lc rgb '#dddddd' fs transparent solid 0.25 noborder "
        "notitle, "
        "{} using 1:2 with lines lw 1 lc rgb '{}' notitle, "
        "{} using 1:2 with lines lw 1 lc rgb '{}' notitle\n",
        title, target_rows, missed_rows, kMissedColor, reached_rows,
        phase.learn ? kLearningColor : kReachedColor);
  }
  script.Add("unset multiplot\n");
  return script;
}

}  // namespace efferent::demo
