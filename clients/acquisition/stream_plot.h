#pragma once

#include <string>

#include "clients/acquisition/stream_report.h"
#include "clients/report/gnuplot.h"

namespace efferent {

/// Draws a played recording: decoded against intended velocity over a stretch of it,
/// an axis a panel, and below the median error of each trial (or of each ten seconds, without
/// trials) with the conditions marked and named.
/// Returns the bytes of the picture.
/// @throws std::runtime_error as DrawPlot does.
std::string DrawStreamPlot(const StreamReport& report, PlotFormat format);

/// The gnuplot script behind it.
PlotScript StreamPlotScript(const StreamReport& report);

}  // namespace efferent
