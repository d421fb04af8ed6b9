#pragma once

#include <algorithm>
#include <cstdint>

#include "decoder/parameters.h"
#include "decoder/types.h"

namespace efferent {

/// Settings of LearningGuard.
struct GuardParams {
  bool enabled = true;
  /// Labels that are faster teach nothing. 0: three times as fast as a command may be.
  double max_label_speed_m_s = 0.0;
  /// How long labels must contradict until it is acted on, s of labelled time.
  double contradiction_s = 10.0;
  /// Squared error above that of the last good weights that learning may cost, as a share of it, ...
  double max_excess_error = 0.1;
  /// ... in the mean over so long, s of labelled time.
  double excess_error_s = 12.0;
  /// Mean rate that learning may drive a decoder's own neurons to. 0: 60 Hz, or 0.45 spikes a bin where
  /// that is more.
  double max_firing_rate_hz = 0.0;
};

template <class Visitor>
void VisitFields(GuardParams& p, Visitor&& visit) {
  visit("enabled", p.enabled);
  visit("max_label_speed_m_s", p.max_label_speed_m_s, Bounds{0.0, 1e6, 1e-3}, "m/s");
  visit("contradiction_s", p.contradiction_s, Bounds{0.5, 600.0}, "s");
  visit("max_excess_error", p.max_excess_error, Bounds{0.0, 10.0}, "");
  visit("excess_error_s", p.excess_error_s, Bounds{0.5, 3600.0}, "s");
  visit("max_firing_rate_hz", p.max_firing_rate_hz, Bounds{0.0, 1e4, 0.1}, "Hz");
}

/// Labels of so much labelled time; enough of them to judge by, however wide the bins.
inline std::uint64_t NumLabels(double seconds, TimeNs bin_width_ns) {
  constexpr std::uint64_t kFewest = 40;
  return std::max(kFewest,
                  static_cast<std::uint64_t>(seconds / (static_cast<double>(bin_width_ns) * 1e-9)));
}

}  // namespace efferent
