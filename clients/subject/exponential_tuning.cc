#include "clients/subject/exponential_tuning.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace efferent::subject {

ExponentialTuning::ExponentialTuning(const Population& population,
                                     const ExponentialTuningParams& params)
    : params_(params) {
  if (population.empty()) throw std::invalid_argument("exponential tuning: no neurons");
  if (!(params.speed_gain >= 0.0) || !(params.min_rate_hz > 0.0) || !(params.max_rate_hz > 0.0)) {
    throw std::invalid_argument(
        "exponential tuning: speed gain must be >= 0, minimum and maximum rate > 0");
  }
  for (std::size_t i = 0; i < population.size(); ++i) {
    const Neuron& neuron = population[i];
    const double min_rate = std::max(neuron.min_rate_hz, params.min_rate_hz);
    if (!(neuron.max_rate_hz > min_rate)) {
      throw std::invalid_argument("exponential tuning: neuron " + std::to_string(i) +
                                  " has a maximum rate of " + std::to_string(neuron.max_rate_hz) +
                                  " Hz, must be above " + std::to_string(min_rate));
    }
    const double m = 0.5 * std::log(neuron.max_rate_hz / min_rate);
    const double b = std::log(neuron.max_rate_hz) - m * (1.0 + params.speed_gain);
    curves_.push_back({neuron.preferred_direction, b, m});
  }
}

void ExponentialTuning::Rates(const Vec2& control, std::vector<double>* rates_hz) const {
  const double speed_term = params_.speed_gain * control.norm();
  rates_hz->resize(curves_.size());
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    const Curve& curve = curves_[i];
    const double log_rate =
        curve.b + curve.m * (curve.preferred_direction.dot(control) + speed_term);
    (*rates_hz)[i] = std::min(params_.max_rate_hz, std::exp(log_rate));
  }
}

}  // namespace efferent::subject
