#include "clients/report/phase_marks.h"

#include <algorithm>

#include "clients/report/terminal_text.h"

namespace efferent {
namespace {

constexpr std::size_t kMaxPhases = 30;
// Of a sans-serif of 12 points.
constexpr double kCharacterPx = 7.2;

}  // namespace

std::vector<int> NameRows(const std::vector<PlotPhase>& phases, double panel_px) {
  std::vector<int> rows(phases.size(), 0);
  if (phases.empty()) return rows;
  const double px_per_x = panel_px / (phases.back().stop - phases.front().start);
  const auto start_px = [&](std::size_t i) {
    return px_per_x * (phases[i].start - phases.front().start);
  };
  for (std::size_t i = phases.size(); i-- > 0;) {
    const double end =
        start_px(i) + kCharacterPx * (static_cast<double>(NumColumns(phases[i].name)) + 2);
    for (std::size_t j = i + 1; j < phases.size() && start_px(j) < end; ++j) {
      rows[i] = std::max(rows[i], rows[j] + 1);
    }
  }
  return rows;
}

void AddPhaseMarks(const std::vector<PlotPhase>& phases, double panel_px, double row_share,
                   PlotScript* script) {
  if (phases.size() > kMaxPhases) return;
  const std::vector<int> rows = NameRows(phases, panel_px);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (i % 2 == 1) {
      script->Add(
          "set object rectangle from first {}, graph 0 to first {}, graph 1 fillcolor rgb "
          "'#F1F1F1' fillstyle solid noborder behind\n",
          phases[i].start, phases[i].stop);
    }
    if (rows[i] >= kMaxNameRows) continue;
    const PlotText name = script->AddText(phases[i].name);
    script->Add(
        "set arrow from first {0}, graph 0 to first {0}, graph {1} nohead linewidth 1 linecolor "
        "rgb '#888888' back\n"
        "set label {2} at first {0}, graph {1} left offset 0.4,0\n",
        phases[i].start, 1.0 + row_share * (0.6 + rows[i]), name);
  }
}

}  // namespace efferent
