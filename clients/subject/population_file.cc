#include "clients/subject/population_file.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace efferent::subject {
namespace {

constexpr std::array<std::string_view, 4> kColumns = {"cos", "sin", "minimum rate", "maximum rate"};
constexpr double kMaxRateHz = 1000.0;
constexpr double kUnitTolerance = 0.01;
constexpr std::size_t kMaxNeurons = 4096;

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Reads one line; `where` is `file:line`.
Neuron ParseNeuron(std::string_view line, const std::string& where) {
  const auto fail = [&where](const std::string& what) {
    throw std::runtime_error(where + ": " + what);
  };
  std::array<double, kColumns.size()> values{};
  for (std::size_t column = 0; column < kColumns.size(); ++column) {
    const std::string name(kColumns[column]);
    const std::size_t comma = line.find(',');
    const bool last = column + 1 == kColumns.size();
    if (!last && comma == std::string_view::npos) {
      fail("has " + std::to_string(column + 1) + " columns, must have 4: cos, sin, " +
           "minimum rate, maximum rate");
    }
    if (last && comma != std::string_view::npos) fail("has more than 4 columns");
    const std::string_view field = Trim(line.substr(0, comma));
    const auto [end, error] =
        std::from_chars(field.data(), field.data() + field.size(), values[column]);
    if (error != std::errc() || end != field.data() + field.size()) {
      fail(name + " is `" + std::string(field) + "`, must be a number");
    }
    if (!std::isfinite(values[column])) fail(name + " is not finite");
    if (!last) line.remove_prefix(comma + 1);
  }
  const auto [cosine, sine, min_rate, max_rate] = values;
  const double length = std::hypot(cosine, sine);
  if (std::abs(length - 1.0) > kUnitTolerance) {
    fail("cos and sin have length " + std::to_string(length) + ", must be a unit vector");
  }
  if (min_rate < 0.0) fail("minimum rate is " + std::to_string(min_rate) + " Hz, must be >= 0");
  if (max_rate <= min_rate || max_rate > kMaxRateHz) {
    fail("maximum rate is " + std::to_string(max_rate) +
         " Hz, must be above the minimum rate and at most 1000");
  }
  return {Vec3(cosine, sine, 0.0) / length, min_rate, max_rate};
}

}  // namespace

Population ReadPopulation(std::istream& in, const std::string& name) {
  Population population;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (Trim(line).empty()) continue;
    population.push_back(ParseNeuron(line, name + ":" + std::to_string(number)));
    if (population.size() > kMaxNeurons) {
      throw std::runtime_error(name + ": more than 4096 neurons");
    }
  }
  if (in.bad()) throw std::runtime_error(name + ": cannot be read");
  if (population.empty()) throw std::runtime_error(name + ": holds no neuron");
  return population;
}

Population LoadPopulation(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path)) {
    throw std::runtime_error(path.string() + ": cannot be opened");
  }
  return ReadPopulation(in, path.string());
}

}  // namespace efferent::subject
