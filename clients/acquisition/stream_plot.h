#pragma once

#include <string>

#include "clients/acquisition/stream_report.h"

namespace efferent {

/// Draws a played recording as SVG or PNG: decoded against intended velocity over a stretch of it,
/// an axis a panel, and below the median error of each trial (or of each ten seconds, without
/// trials) with the conditions marked and named.
/// @throws std::runtime_error or std::invalid_argument as DrawPlot does.
void DrawStreamPlot(const std::string& path, const StreamReport& report);

/// The gnuplot script behind it.
std::string StreamPlotScript(const StreamReport& report);

}  // namespace efferent
