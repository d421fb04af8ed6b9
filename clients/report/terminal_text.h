#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace efferent {

/// Columns that a line takes on a terminal: a UTF-8 sequence is one, a colour none.
std::size_t NumColumns(const std::string& line);

/// The first `width` columns of a line. No UTF-8 sequence is cut; all colours stay, so that one
/// which is switched on is switched off again. Below 0 counts as 0.
std::string CutToColumns(const std::string& line, int width);

/// Whether a stream is a terminal whose cursor can be moved (TERM is neither unset nor `dumb`).
bool HasCursor(std::FILE* stream);
/// Whether the user wants colours: the environment has no NO_COLOR, or an empty one (no-color.org).
bool WantsColours();

enum class Colour { kBold, kRed, kGreen, kYellow };

/// `text` in a colour, by an ANSI escape sequence.
std::string Coloured(Colour colour, const std::string& text);

}  // namespace efferent
