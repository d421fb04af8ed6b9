#include "clients/report/chart.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace efferent {
namespace {

// Parts of the width and of the height that axes, their labels and margins take.
constexpr double kSidesPx = 95.0;
constexpr double kBelowPx = 60.0;
constexpr double kNameRowPx = 17.0;

void CheckLengths(const ChartSeries& series) {
  const bool is_band = series.kind == SeriesKind::kBand;
  if (series.x.size() == series.y.size() && (!is_band || series.y_high.size() == series.x.size())) {
    return;
  }
  throw std::invalid_argument(fmt::format("chart series `{}` has {} x, {} y and {} y_high",
                                          series.name, series.x.size(), series.y.size(),
                                          series.y_high.size()));
}

PlotRows RowsOf(const ChartSeries& series) {
  PlotRows rows;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (series.kind == SeriesKind::kBand) {
      rows.Add({series.x[i], series.y[i], series.y_high[i]});
    } else {
      rows.Add({series.x[i], series.y[i]});
    }
  }
  return rows;
}

// How `data` is drawn.
void AddClause(const ChartSeries& series, PlotData data, std::optional<PlotText> title,
               PlotScript* clauses) {
  if (!clauses->empty()) clauses->Add(", ");
  switch (series.kind) {
    case SeriesKind::kLine:
      clauses->Add("{} using 1:2 with lines linewidth {}", data, series.width);
      break;
    case SeriesKind::kDashed:
      clauses->Add("{} using 1:2 with lines linewidth {} dashtype 2", data, series.width);
      break;
    case SeriesKind::kPoints:
      clauses->Add("{} using 1:2 with points pointtype 7 pointsize {}", data, series.width / 8.0);
      break;
    case SeriesKind::kBand:
      clauses->Add("{} using 1:2:3 with filledcurves fillstyle transparent solid 0.18 noborder",
                   data);
      break;
  }
  clauses->Add(" linecolor rgb '{}'", series.color);
  if (title) {
    clauses->Add(" title {}", *title);
  } else {
    clauses->Add(" notitle");
  }
}

void AddRange(PlotLiteral axis, const std::optional<std::pair<double, double>>& range,
              PlotScript* script) {
  if (range) {
    script->Add("set {}range [{}:{}]\n", axis, range->first, range->second);
  } else {
    script->Add("set {}range [*:*]\n", axis);
  }
}

}  // namespace

PlotLiteral PaletteColor(std::size_t i) {
  constexpr std::array<PlotLiteral, 7> kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                  "#E69F00", "#56B4E9", "#6A3D9A"};
  return kColors[i % kColors.size()];
}

PlotScript ChartScript(const Chart& chart) {
  const double panel_px = chart.size.width - kSidesPx;
  const std::vector<int> rows = NameRows(chart.phases, panel_px);
  const int names =
      rows.empty() ? 0 : std::min(kMaxNameRows, 1 + *std::max_element(rows.begin(), rows.end()));
  const double above_px = (chart.title.empty() ? 12.0 : 34.0) + kNameRowPx * names;
  const double top = 1.0 - above_px / chart.size.height;
  const double panel_height_px = chart.size.height - above_px - kBelowPx;

  PlotScript script;
  script.Add(
      "set border 3 linecolor rgb '#606060'\nset tics nomirror out textcolor rgb '#303030'\n"
      "set grid ytics linetype 1 linecolor rgb '#E4E4E4'\n"
      "unset key\nset style fill solid\nset tmargin at screen {:.4f}\nset rmargin 3\n",
      top);
  if (!chart.title.empty()) {
    const PlotText title = script.AddText(chart.title);
    script.Add("set label {} at graph 0, screen {:.4f} left font ',13'\n", title,
               1.0 - 14.0 / chart.size.height);
  }
  const PlotText x_label = script.AddText(chart.x_label);
  const PlotText y_label = script.AddText(chart.y_label);
  script.Add("set xlabel {}\nset ylabel {}\n", x_label, y_label);
  AddRange("x", chart.x_range, &script);
  AddRange("y", chart.y_range, &script);
  if (chart.x_tick) script.Add("set xtics {}\n", *chart.x_tick);
  if (chart.y_tick) script.Add("set ytics {}\n", *chart.y_tick);
  for (const double y : chart.y_lines) {
    script.Add(
        "set arrow from graph 0, first {0} to graph 1, first {0} nohead linewidth 1 dashtype 3 "
        "linecolor rgb '#888888' back\n",
        y);
  }
  AddPhaseMarks(chart.phases, panel_px, kNameRowPx / panel_height_px, &script);

  PlotScript clauses;
  for (const ChartSeries& series : chart.series) {
    CheckLengths(series);
    const auto is_finite = [](double value) { return std::isfinite(value); };
    // gnuplot takes a plot without any point for an error.
    if (std::none_of(series.y.begin(), series.y.end(), is_finite)) continue;
    const PlotData data = script.AddData(RowsOf(series));
    std::optional<PlotText> title;
    if (!series.name.empty()) title = script.AddText(series.name);
    AddClause(series, data, title, &clauses);
  }
  if (clauses.empty()) {
    script.Add(
        "set xrange [0:1]\nset yrange [0:1]\n"
        "set label 'no data' at graph 0.5, graph 0.5 center\n");
    clauses.Add("NaN notitle");
  }
  script.Add("plot ");
  script.Add(clauses);
  script.Add("\n");
  return script;
}

}  // namespace efferent
