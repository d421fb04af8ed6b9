#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace efferent {

/// From first_s to last_s on a file's clock, seconds.
struct TimeSpan {
  double first_s = 0.0;
  double last_s = 0.0;

  double length_s() const { return last_s - first_s; }
  bool Meets(const TimeSpan& other) const {
    return first_s <= other.last_s && other.first_s <= last_s;
  }
};

/// "0.0 to 240.0 s".
std::string DescribeSpan(const TimeSpan& span);

/// In order, those that touch joined into one.
std::vector<TimeSpan> UnionOf(std::vector<TimeSpan> spans);

/// What a span that is some round number of times another one suggests: that its times are
/// milliseconds, or samples at 30 kHz, where seconds are meant. Nothing if nothing is likely.
struct LikelyUnit {
  std::string name;      ///< "milliseconds", "samples at 30000 Hz".
  double seconds = 1.0;  ///< In one unit.
};
std::optional<LikelyUnit> GuessUnitOfTimes(const TimeSpan& times, const TimeSpan& seconds);

}  // namespace efferent
