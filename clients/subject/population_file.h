#pragma once

#include <filesystem>
#include <istream>
#include <string>

#include "clients/subject/population.h"

namespace efferent::subject {

/// Reads a population, one neuron a line, without a header line:
///   cos, sin (of the preferred direction), minimum rate, maximum rate (Hz)
/// Empty lines are skipped. Directions are brought to length 1; they may be off by 1 %.
/// @throws std::runtime_error naming `name`, line and column's meaning for anything else: a missing
/// or unreadable number, a
///   number that is not finite, a direction that is no unit vector, rates with 0 <= min < max <=
///   1000 violated, no neuron.
Population ReadPopulation(std::istream& in, const std::string& name);

/// The same from a file. @throws std::runtime_error also if the file cannot be opened.
Population LoadPopulation(const std::filesystem::path& path);

}  // namespace efferent::subject
