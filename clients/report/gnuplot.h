#pragma once

#include <string>

namespace efferent {

/// How a picture is drawn.
struct PlotSize {
  int width = 1000;  ///< Pixels.
  int height = 700;
};

/// Draws `script` (gnuplot commands with their data in named blocks `$name << EOD ... EOD`; no `set
/// terminal`, no `set output`) into `path`, as SVG or PNG after its extension. gnuplot runs as a
/// child process that reads the script from its standard input.
/// @throws std::invalid_argument for another extension.
/// @throws std::runtime_error if gnuplot is missing (says how to install it) or fails (says what it
/// said).
void DrawPlot(const std::string& path, const std::string& script, const PlotSize& size = {});

/// Draws `script` as SVG, as DrawPlot does, and returns the file's text.
std::string RenderSvg(const std::string& script, const PlotSize& size = {});

/// Whether `path` has an extension that DrawPlot knows.
bool IsPlotPath(const std::string& path);

/// `text` as a gnuplot string in double quotes, without gnuplot's markup.
std::string GnuplotQuoted(const std::string& text);

}  // namespace efferent
