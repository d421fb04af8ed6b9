#include "clients/acquisition/time_span.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <cmath>

namespace efferent {
namespace {

// A spike train is seldom shorter than behaviour by more than this share.
constexpr double kTolerance = 0.15;
// Clocks of recording systems, hertz.
constexpr std::array kSampleRatesHz = {20'000.0, 24'414.0625, 25'000.0,  30'000.0,
                                       32'000.0, 40'000.0,    48'828.125};

}  // namespace

std::string DescribeSpan(const TimeSpan& span) {
  return fmt::format("{:.1f} to {:.1f} s", span.first_s, span.last_s);
}

std::vector<TimeSpan> UnionOf(std::vector<TimeSpan> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const TimeSpan& a, const TimeSpan& b) { return a.first_s < b.first_s; });
  std::vector<TimeSpan> joined;
  for (const TimeSpan& span : spans) {
    if (!joined.empty() && span.first_s <= joined.back().last_s) {
      joined.back().last_s = std::max(joined.back().last_s, span.last_s);
    } else {
      joined.push_back(span);
    }
  }
  return joined;
}

std::optional<LikelyUnit> GuessUnitOfTimes(const TimeSpan& times, const TimeSpan& seconds) {
  std::vector<LikelyUnit> units = {
      {"milliseconds", 1e-3}, {"microseconds", 1e-6}, {"nanoseconds", 1e-9}};
  for (const double rate_hz : kSampleRatesHz) {
    units.push_back({fmt::format("samples at {:g} Hz", rate_hz), 1.0 / rate_hz});
  }
  std::optional<LikelyUnit> best;
  double least = kTolerance;
  for (const LikelyUnit& unit : units) {
    const double off = std::abs(times.length_s() * unit.seconds / seconds.length_s() - 1.0);
    const TimeSpan meant{times.first_s * unit.seconds, times.last_s * unit.seconds};
    if (!(off < least) || !meant.Meets(seconds)) continue;
    least = off;
    best = unit;
  }
  return best;
}

}  // namespace efferent
