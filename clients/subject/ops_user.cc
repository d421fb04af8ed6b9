#include "clients/subject/ops_user.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "clients/subject/random_stream.h"

namespace efferent::subject {

OpsUser::OpsUser(Population population, const OpsParams& params, std::uint64_t seed)
    : population_(std::move(population)),
      params_(params),
      vision_(params.visual_delay_ns),
      random_(MakeRandomStream(seed, RandomUse::kRateNoise)),
      rates_hz_(population_.size()) {
  if (population_.empty()) throw std::invalid_argument("OPS user: no neurons");
  if (!(params.max_speed_m_s > 0.0)) throw std::invalid_argument("OPS user: speed must be > 0");
  if (!(params.gain > 0.0)) throw std::invalid_argument("OPS user: gain must be > 0");
  if (!(params.rate_noise >= 0.0)) {
    throw std::invalid_argument("OPS user: rate noise must be >= 0");
  }
}

Vec2 OpsUser::Intent(const Observation& seen, double max_speed_m_s) {
  if (!seen.wants_reach()) return Vec2::Zero();
  const Vec2 to_target = seen.target->position_m - seen.position_m;
  const double distance = to_target.norm();
  Vec2 wanted = Vec2::Zero();  // v* / v_max
  if (distance > 0.0) {
    const double slowing_distance = 2.0 * seen.target->radius_m;
    const double share = distance < slowing_distance ? std::sqrt(distance / slowing_distance) : 1.0;
    wanted = share / distance * to_target;
  }
  return wanted - seen.velocity_m_s / max_speed_m_s;
}

const std::vector<double>& OpsUser::Rates(TimeNs bin_start_ns, const Observation& newest) {
  vision_.Push(newest);
  const std::optional<Observation> seen = vision_.Seen(bin_start_ns, params_.visual_delay_ns);
  const Vec2 intent = seen ? Intent(*seen, params_.max_speed_m_s) : Vec2::Zero();
  for (std::size_t i = 0; i < population_.size(); ++i) {
    const Neuron& neuron = population_[i];
    double drive = params_.gain * neuron.preferred_direction.dot(intent);
    if (params_.rate_noise > 0.0) drive += params_.rate_noise * noise_(random_);
    rates_hz_[i] = neuron.min_rate_hz +
                   (neuron.max_rate_hz - neuron.min_rate_hz) * std::clamp(drive, 0.0, 1.0);
  }
  return rates_hz_;
}

}  // namespace efferent::subject
