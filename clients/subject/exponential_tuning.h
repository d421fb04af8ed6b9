#pragma once

#include <vector>

#include "clients/subject/population.h"

namespace efferent::subject {

/// Settings of ExponentialTuning.
struct ExponentialTuningParams {
  double speed_gain =
      0.3;  ///< g: share of the modulation that speed alone has, whatever the direction.
  double min_rate_hz = 0.5;  ///< Neurons whose minimum is lower get this one: a logarithm needs it.
  double max_rate_hz = 100.0;  ///< Cap: neurons saturate.
};

/// Rates that depend exponentially on the intended control c (|c| <= 1 at full effort):
///   rate_i = min(100 Hz, exp(b_i + m_i (pd_i . c + g |c|)))
/// b and m come from the neuron's range: the rate along the preferred direction at |c| = 1 is its
/// maximum, against it its minimum: m = ln(max / min) / 2, b = ln(max) - m (1 + g). A neuron of 3
/// to 76 Hz so has m = 1.6 and 9 Hz at rest.
class ExponentialTuning {
 public:
  /// @throws std::invalid_argument if a setting makes no sense, or a neuron's maximum is not above
  /// the smallest minimum.
  ExponentialTuning(const Population& population, const ExponentialTuningParams& params);

  /// Writes the rates for the control `c`, Hz, one for each neuron.
  void Rates(const Vec2& control, std::vector<double>* rates_hz) const;

 private:
  struct Curve {
    Vec2 preferred_direction;
    double b;  // ln Hz
    double m;
  };
  ExponentialTuningParams params_;
  std::vector<Curve> curves_;
};

}  // namespace efferent::subject
