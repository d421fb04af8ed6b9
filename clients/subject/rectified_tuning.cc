#include "clients/subject/rectified_tuning.h"

#include <algorithm>
#include <stdexcept>

#include "clients/subject/posture.h"
#include "clients/subject/random_stream.h"

namespace efferent::subject {

RectifiedTuning::RectifiedTuning(const Population& population, const RectifiedTuningParams& params,
                                 std::uint64_t seed)
    : params_(params) {
  if (!(params.gain > 0.0)) throw std::invalid_argument("rectified tuning: gain must be > 0");
  if (!(params.rate_noise >= 0.0)) {
    throw std::invalid_argument("rectified tuning: rate noise must be >= 0");
  }
  SetPopulation(population);
  Reseed(seed);
}

void RectifiedTuning::SetPopulation(const Population& population) {
  if (population.empty()) throw std::invalid_argument("rectified tuning: no neurons");
  population_ = population;
  rates_hz_.resize(population_.size());
}

void RectifiedTuning::Reseed(std::uint64_t seed) {
  random_ = MakeRandomStream(seed, RandomUse::kRateNoise);
  noise_.reset();
}

const std::vector<double>& RectifiedTuning::Rates(const Vec3& intent, const Vec3& arm_position_m) {
  const double turn_rad = ShoulderTurnRad(arm_position_m);
  for (std::size_t i = 0; i < population_.size(); ++i) {
    const Neuron& neuron = population_[i];
    double drive = params_.gain * PreferredDirection(neuron, turn_rad).dot(intent) +
                   neuron.posture_drive * turn_rad;
    if (params_.rate_noise > 0.0) drive += params_.rate_noise * noise_(random_);
    rates_hz_[i] = neuron.min_rate_hz +
                   (neuron.max_rate_hz - neuron.min_rate_hz) * std::clamp(drive, 0.0, 1.0);
  }
  return rates_hz_;
}

}  // namespace efferent::subject
