#pragma once

#include <optional>
#include <string>

#include "clients/report/plot_script.h"

namespace efferent {

/// How large a picture is.
struct PlotSize {
  int width = 1000;  ///< Pixels.
  int height = 700;
};

enum class PlotFormat { kSvg, kPng };

/// The format that the extension of `path` stands for; nothing for another extension.
std::optional<PlotFormat> PlotFormatOf(const std::string& path);

/// Draws `script` (without `set terminal` and `set output`) and returns the bytes of the picture.
/// gnuplot runs as a child process: it reads the script from its standard input, writes the picture to
/// its standard output, and reads no start-up file of the user.
/// @throws std::runtime_error if gnuplot is missing (says how to install it) or fails (says what it
/// said, without control characters).
std::string DrawPlot(const PlotScript& script, PlotFormat format, const PlotSize& size = {});

}  // namespace efferent
