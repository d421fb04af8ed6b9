#pragma once

#include <vector>

#include "clients/subject/tuning.h"

namespace efferent::subject {

/// Settings of ExponentialTuning.
struct ExponentialTuningParams {
  double gain = 2.0;  ///< A neuron comes to its maximum at 1 / gain of full effort.
  double speed_gain =
      0.3;  ///< g: share of the modulation that speed alone has, whatever the direction.
  double min_rate_hz = 0.5;  ///< Neurons whose minimum is lower get this one: a logarithm needs it.
  double max_rate_hz = 100.0;  ///< Cap: neurons saturate.
};

/// Rates that depend exponentially on the intended control c (|c| <= 1 at full effort):
///   rate_i = min(100 Hz, exp(b_i + gain m_i (pd_i . c + g |c|)))
/// b and m come from the neuron's range: the rate along the preferred direction at |c| = 1 / gain is
/// its maximum, against it its minimum (at g = 0): m = ln(max / min) / 2, b = ln(max) - m (1 + g). A
/// neuron of 3 to 76 Hz so has m = 1.6 and 9 Hz at rest. More effort than 1 / gain soon changes
/// little: neurons are at the cap or silent. Preferred directions are as the arm's posture turns
/// them, see posture.h.
class ExponentialTuning final : public Tuning {
 public:
  /// @throws std::invalid_argument if a setting makes no sense, or a neuron's maximum is not above
  /// the smallest minimum.
  ExponentialTuning(const Population& population, const ExponentialTuningParams& params);

  const std::vector<double>& Rates(const Vec3& intent, const Vec3& arm_position_m) override;
  void SetPopulation(const Population& population) override;

 private:
  struct Curve {
    double b;  // ln Hz
    double m;
  };
  ExponentialTuningParams params_;
  Population population_;
  std::vector<Curve> curves_;
  std::vector<double> rates_hz_;
};

}  // namespace efferent::subject
