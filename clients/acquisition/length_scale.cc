#include "clients/acquisition/length_scale.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "clients/acquisition/length_unit.h"
#include "files/printable_text.h"

namespace efferent {
namespace {

// What is believed of a file's own unit: nothing creeps or flies.
constexpr double kSlowest = 1e-3;
constexpr double kFastest = 10.0;
constexpr double kHeadroom = 1.5;
// Of the contract.
constexpr double kMaxSpeedMS = 100.0;

// The speed that a share of the known velocities exceed.
std::optional<double> SpeedExceededBy(const PointTrack& velocity, double share) {
  std::vector<double> speeds;
  for (const std::optional<Point>& v : velocity) {
    if (!v) continue;
    double squares = 0.0;
    for (const double component : *v) squares += component * component;
    speeds.push_back(std::sqrt(squares));
  }
  if (speeds.empty()) return std::nullopt;
  const double place = (1.0 - share) * static_cast<double>(speeds.size() - 1);
  const auto at = speeds.begin() + static_cast<std::ptrdiff_t>(std::lround(place));
  std::nth_element(speeds.begin(), at, speeds.end());
  return *at;
}

}  // namespace

std::optional<double> FastSpeed(const PointTrack& velocity) {
  return SpeedExceededBy(velocity, 0.02);
}

double ChooseScale(const std::optional<double>& said_m, const std::string& unit,
                   const std::optional<double>& fast, const char* what, Findings* findings) {
  if (said_m) return *said_m;
  const std::optional<double> of_unit = MetresPerUnit(unit);
  if (!fast || !(*fast > 0.0)) return of_unit.value_or(1.0);
  const double as_said = *fast * of_unit.value_or(1.0);
  if (of_unit && as_said >= kSlowest && as_said <= kFastest) return *of_unit;
  const double scale = std::pow(10.0, -std::ceil(std::log10(*fast)));
  const std::string shown = PrintableText(unit, 40);
  const std::string why =
      of_unit        ? fmt::format("says `{}`, but would move at {:.2g} m/s", shown, as_said)
      : unit.empty() ? std::string("says no unit")
                     : fmt::format("its unit `{}` is no length", shown);
  findings->push_back(
      {"scale_m", scale, 1,
       fmt::format("{}: {}: 1 is taken for {:g} m, so that it moves at up to {:.2g} "
                   "m/s (--scale)",
                   what, why, scale, *fast * scale)});
  return scale;
}

std::optional<SpeedLimits> LimitsThatFit(const PointTrack& velocity_m_s) {
  const SpeedLimits defaults;
  const auto fastest = SpeedExceededBy(velocity_m_s, 0.001);
  if (!fastest || *fastest <= defaults.max_speed_m_s) return std::nullopt;
  SpeedLimits limits;
  limits.max_speed_m_s = std::min(kMaxSpeedMS, kHeadroom * *fastest);
  limits.max_acceleration_m_s2 *= limits.max_speed_m_s / defaults.max_speed_m_s;
  return limits;
}

std::optional<SpeedLimits> AddLabelFindings(const PointTrack& velocity_m_s, bool has_limit,
                                            Recording* recording) {
  if (recording->velocity_m_s.empty()) {
    recording->findings.push_back({"velocity_from_position", 1.0, recording->num_bins,
                                   "velocity: from differences of position"});
  }
  const auto limits = has_limit ? std::nullopt : LimitsThatFit(velocity_m_s);
  if (limits) {
    recording->findings.push_back(
        {"max_speed_m_s", limits->max_speed_m_s, 1,
         fmt::format("limits: commands up to {:.3g} m/s (limits.max_speed_m_s), as the velocities "
                     "ask for it",
                     limits->max_speed_m_s)});
  }
  return limits;
}

}  // namespace efferent
