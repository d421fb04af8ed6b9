#pragma once

#include <CLI/Validators.hpp>
#include <string>
#include <utility>
#include <vector>

namespace efferent {

/// For CLI::Option::transform: an enumeration by the names of its values, and by nothing else.
/// (CLI11's own CheckedTransformer takes numbers too, and shows them in the help.)
template <class Enum>
CLI::Validator NamedChoice(const std::vector<std::pair<std::string, Enum>>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) names += (names.empty() ? "" : ",") + name;
  return CLI::Validator(
      [choices, names](std::string& text) -> std::string {
        for (const auto& [name, value] : choices) {
          if (name != text) continue;
          text = std::to_string(static_cast<int>(value));
          return "";
        }
        return "is " + text + ", must be one of " + names;
      },
      "{" + names + "}");
}

}  // namespace efferent
