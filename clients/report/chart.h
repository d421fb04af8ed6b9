#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/report/gnuplot.h"
#include "clients/report/phase_marks.h"

namespace efferent {

/// How a series is drawn.
enum class SeriesKind {
  kLine,
  kDashed,
  kPoints,
  kBand,  ///< Between y and y_high, pale: an interval.
};

/// One series of a chart.
struct ChartSeries {
  std::string name;  ///< In the legend; empty: not there.
  SeriesKind kind = SeriesKind::kLine;
  PlotLiteral color = "#000000";
  std::vector<double> x;
  std::vector<double> y;       ///< As many as x. Not finite: the line breaks here.
  std::vector<double> y_high;  ///< For kBand, as many as x.
  double width = 2.0;          ///< Of the line, or diameter of the points, pixels.
};

/// A chart: series over common axes. Its legend is the page's (HtmlPage::AddCharts).
struct Chart {
  std::string title;
  std::string x_label;  ///< With the unit.
  std::string y_label;
  std::optional<std::pair<double, double>> x_range;  ///< Not set: fits the data.
  std::optional<std::pair<double, double>> y_range;
  std::optional<double> x_tick;  ///< Distance of the axis's marks.
  std::optional<double> y_tick;
  std::vector<double> y_lines;  ///< Thin lines across, for example at chance.
  std::vector<PlotPhase> phases;
  std::vector<ChartSeries> series;
  PlotSize size{1000, 420};
};

/// Colour `i` of a palette that people with colour-blindness can tell apart (Okabe & Ito 2008);
/// repeats after seven.
PlotLiteral PaletteColor(std::size_t i);
/// For what is there for comparison only.
inline constexpr PlotLiteral kReferenceColor = "#7A7A7A";

/// The gnuplot script behind a chart.
/// @throws std::invalid_argument naming the series whose lists differ in length.
PlotScript ChartScript(const Chart& chart);

}  // namespace efferent
