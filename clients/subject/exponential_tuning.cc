#include "clients/subject/exponential_tuning.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "clients/subject/posture.h"

namespace efferent::subject {

ExponentialTuning::ExponentialTuning(const Population& population,
                                     const ExponentialTuningParams& params)
    : params_(params) {
  if (!(params.gain > 0.0) || !(params.speed_gain >= 0.0) || !(params.min_rate_hz > 0.0) ||
      !(params.max_rate_hz > 0.0)) {
    throw std::invalid_argument(
        "exponential tuning: speed gain must be >= 0, gain, minimum and maximum rate > 0");
  }
  SetPopulation(population);
}

void ExponentialTuning::SetPopulation(const Population& population) {
  if (population.empty()) throw std::invalid_argument("exponential tuning: no neurons");
  curves_.clear();
  for (std::size_t i = 0; i < population.size(); ++i) {
    const Neuron& neuron = population[i];
    const double min_rate = std::max(neuron.min_rate_hz, params_.min_rate_hz);
    if (!(neuron.max_rate_hz > min_rate)) {
      throw std::invalid_argument("exponential tuning: neuron " + std::to_string(i) +
                                  " has a maximum rate of " + std::to_string(neuron.max_rate_hz) +
                                  " Hz, must be above " + std::to_string(min_rate));
    }
    const double m = 0.5 * std::log(neuron.max_rate_hz / min_rate);
    const double b = std::log(neuron.max_rate_hz) - m * (1.0 + params_.speed_gain);
    curves_.push_back({b, m});
  }
  population_ = population;
  rates_hz_.resize(population.size());
}

const std::vector<double>& ExponentialTuning::Rates(const Vec3& intent,
                                                    const Vec3& arm_position_m) {
  const Vec3 drive = params_.gain * intent;
  const double speed_term = params_.speed_gain * drive.norm();
  const double turn_rad = ShoulderTurnRad(arm_position_m);
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    const Curve& curve = curves_[i];
    const Neuron& neuron = population_[i];
    const double tuned = PreferredDirection(neuron, turn_rad).dot(drive) + speed_term;
    const double log_rate = curve.b + curve.m * (tuned + neuron.posture_drive * turn_rad);
    rates_hz_[i] = std::min(params_.max_rate_hz, std::exp(log_rate));
  }
  return rates_hz_;
}

}  // namespace efferent::subject
