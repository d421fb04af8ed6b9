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

std::string Number(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string("NaN");
}

void CheckLengths(const ChartSeries& series) {
  const bool is_band = series.kind == SeriesKind::kBand;
  if (series.x.size() == series.y.size() && (!is_band || series.y_high.size() == series.x.size())) {
    return;
  }
  throw std::invalid_argument(fmt::format("chart series `{}` has {} x, {} y and {} y_high",
                                          series.name, series.x.size(), series.y.size(),
                                          series.y_high.size()));
}

std::string DataBlock(std::size_t index, const ChartSeries& series) {
  std::string text = fmt::format("$s{} << EOD\n", index);
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    text += Number(series.x[i]) + ' ' + Number(series.y[i]);
    if (series.kind == SeriesKind::kBand) text += ' ' + Number(series.y_high[i]);
    text += '\n';
  }
  return text + "EOD\n";
}

std::string PlotClause(std::size_t index, const ChartSeries& series) {
  std::string style;
  switch (series.kind) {
    case SeriesKind::kLine:
      style = fmt::format("using 1:2 with lines linewidth {}", series.width);
      break;
    case SeriesKind::kDashed:
      style = fmt::format("using 1:2 with lines linewidth {} dashtype 2", series.width);
      break;
    case SeriesKind::kPoints:
      style = fmt::format("using 1:2 with points pointtype 7 pointsize {}", series.width / 8.0);
      break;
    case SeriesKind::kBand:
      style = "using 1:2:3 with filledcurves fillstyle transparent solid 0.18 noborder";
      break;
  }
  // The title is what a browser shows when the pointer rests on the line.
  return fmt::format(
      "$s{} {} linecolor rgb '{}' {}", index, style, series.color,
      series.name.empty() ? std::string("notitle") : "title " + GnuplotQuoted(series.name));
}

std::string Range(const char* axis, const std::optional<std::pair<double, double>>& range) {
  if (!range) return fmt::format("set {}range [*:*]\n", axis);
  return fmt::format("set {}range [{}:{}]\n", axis, range->first, range->second);
}

}  // namespace

std::string PaletteColor(std::size_t i) {
  constexpr std::array kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                  "#E69F00", "#56B4E9", "#6A3D9A"};
  return kColors[i % kColors.size()];
}

std::string ChartScript(const Chart& chart) {
  const double panel_px = chart.size.width - kSidesPx;
  const std::vector<int> rows = NameRows(chart.phases, panel_px);
  const int names =
      rows.empty() ? 0 : std::min(kMaxNameRows, 1 + *std::max_element(rows.begin(), rows.end()));
  const double above_px = (chart.title.empty() ? 12.0 : 34.0) + kNameRowPx * names;
  const double top = 1.0 - above_px / chart.size.height;
  const double panel_height_px = chart.size.height - above_px - kBelowPx;

  std::string script = fmt::format(
      "set border 3 linecolor rgb '#606060'\nset tics nomirror out textcolor rgb '#303030'\n"
      "set grid ytics linetype 1 linecolor rgb '#E4E4E4'\n"
      "unset key\nset style fill solid\nset tmargin at screen {:.4f}\nset rmargin 3\n",
      top);
  if (!chart.title.empty()) {
    script += fmt::format("set label {} at graph 0, screen {:.4f} left font ',13'\n",
                          GnuplotQuoted(chart.title), 1.0 - 14.0 / chart.size.height);
  }
  script += fmt::format("set xlabel {}\nset ylabel {}\n", GnuplotQuoted(chart.x_label),
                        GnuplotQuoted(chart.y_label));
  script += Range("x", chart.x_range) + Range("y", chart.y_range);
  if (chart.x_tick) script += fmt::format("set xtics {}\n", *chart.x_tick);
  if (chart.y_tick) script += fmt::format("set ytics {}\n", *chart.y_tick);
  for (const double y : chart.y_lines) {
    script += fmt::format(
        "set arrow from graph 0, first {0} to graph 1, first {0} nohead linewidth 1 dashtype 3 "
        "linecolor rgb '#888888' back\n",
        y);
  }
  script += PhaseMarks(chart.phases, panel_px, kNameRowPx / panel_height_px);

  std::string plots;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const ChartSeries& series = chart.series[i];
    CheckLengths(series);
    const auto is_finite = [](double value) { return std::isfinite(value); };
    // gnuplot takes a plot without any point for an error.
    if (std::none_of(series.y.begin(), series.y.end(), is_finite)) continue;
    script += DataBlock(i, series);
    plots += (plots.empty() ? "" : ", ") + PlotClause(i, series);
  }
  if (plots.empty()) {
    script +=
        "set xrange [0:1]\nset yrange [0:1]\n"
        "set label 'no data' at graph 0.5, graph 0.5 center\n";
    plots = "NaN notitle";
  }
  return script + "plot " + plots + "\n";
}

}  // namespace efferent
