#include "clients/acquisition/length_unit.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace efferent {
namespace {

using Scale = std::pair<std::string_view, double>;

constexpr std::array kPrefixes = {Scale{"", 1.0},       Scale{"deci", 1e-1},  Scale{"centi", 1e-2},
                                  Scale{"milli", 1e-3}, Scale{"micro", 1e-6}, Scale{"nano", 1e-9},
                                  Scale{"kilo", 1e3}};
constexpr std::array kSymbols = {
    Scale{"m", 1.0},       Scale{"dm", 1e-1},       Scale{"cm", 1e-2},      Scale{"mm", 1e-3},
    Scale{"um", 1e-6},     Scale{"\u00b5m", 1e-6},  Scale{"\u03bcm", 1e-6}, Scale{"nm", 1e-9},
    Scale{"km", 1e3},      Scale{"micron", 1e-6},   Scale{"microns", 1e-6}, Scale{"in", 0.0254},
    Scale{"inch", 0.0254}, Scale{"inches", 0.0254}, Scale{"ft", 0.3048},    Scale{"foot", 0.3048},
    Scale{"feet", 0.3048}};

// Without blanks, in small letters.
std::string Normalized(std::string_view unit) {
  std::string text;
  for (const char c : unit) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

// The unit before "per second" in one of its spellings.
std::string_view WithoutPerSecond(std::string_view text) {
  for (const std::string_view suffix :
       {"/seconds", "/second", "/secs", "/sec", "/s", "perseconds", "persecond", "persec", "pers",
        "*s^-1", "*s-1", ".s^-1", ".s-1", "s^-1", "s-1"}) {
    if (text.size() > suffix.size() && text.ends_with(suffix)) {
      return text.substr(0, text.size() - suffix.size());
    }
  }
  return text;
}

std::optional<double> Find(std::string_view name, const auto& table) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Scale& scale) { return scale.first == name; });
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<double> MetresPerUnit(std::string_view unit) {
  const std::string text = Normalized(unit);
  const std::string_view name = WithoutPerSecond(text);
  for (const std::string_view ending : {"meters", "metres", "meter", "metre"}) {
    if (name.ends_with(ending)) return Find(name.substr(0, name.size() - ending.size()), kPrefixes);
  }
  return Find(name, kSymbols);
}

}  // namespace efferent
