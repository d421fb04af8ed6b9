#pragma once

#include <Eigen/Core>
#include <cmath>

#include "decoder/types.h"

namespace efferent {

/// Share that is kept over a bin by what decays with time constant `tau_s`; 0 without one (0).
inline double KeptWithTau(double tau_s, TimeNs bin_width_ns) {
  return tau_s > 0.0 ? std::exp(-static_cast<double>(bin_width_ns) * 1e-9 / tau_s) : 0.0;
}

/// The same for what halves in `half_life_s`, > 0.
inline double KeptWithHalfLife(double half_life_s, TimeNs bin_width_ns) {
  return std::exp2(-static_cast<double>(bin_width_ns) * 1e-9 / half_life_s);
}

/// state <- keep state + (1 - keep) input, elementwise. Real-time safe.
inline void FilterExponentially(double keep, const Eigen::VectorXf& input,
                                Eigen::Ref<Eigen::VectorXd> state) noexcept {
  state = keep * state + (1.0 - keep) * input.cast<double>();
}

}  // namespace efferent
