#include "clients/subject/forward_model.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace efferent::subject {

double KeptVelocity(const PlantParams& params, TimeNs bin_width_ns) {
  return std::exp(-Seconds(bin_width_ns) / params.tau_s);
}

Vec3 Follow(const PlantParams& params, const Vec3& control, const Vec3& velocity_m_s,
            TimeNs bin_width_ns) {
  const double alpha = KeptVelocity(params, bin_width_ns);
  return alpha * velocity_m_s + params.full_speed_m_s * (1.0 - alpha) * control;
}

ForwardModel::ForwardModel(const PlantParams& params, TimeNs bin_width_ns, TimeNs delay_ns)
    : params_(params), bin_width_ns_(bin_width_ns) {
  if (!(params.tau_s > 0.0) || !(params.full_speed_m_s > 0.0) || bin_width_ns <= 0 ||
      delay_ns < 0) {
    throw std::invalid_argument(
        "forward model: time constant, full speed and bin width must be > 0, delay >= 0");
  }
  // One more for a state that was seen between two bins.
  num_remembered_ = static_cast<std::size_t>((delay_ns + bin_width_ns - 1) / bin_width_ns) + 1;
}

Observation ForwardModel::Predict(TimeNs now_ns, const Observation& seen) const {
  const TimeNs age_ns = std::max<TimeNs>(0, now_ns - seen.time_ns);
  const auto bins = static_cast<std::size_t>((age_ns + bin_width_ns_ / 2) / bin_width_ns_);
  const std::size_t n = std::min(bins, controls_.size());
  const double width_s = Seconds(bin_width_ns_);
  Observation state = seen;
  state.time_ns = now_ns;
  for (auto it = controls_.end() - static_cast<std::ptrdiff_t>(n); it != controls_.end(); ++it) {
    state.velocity_m_s = Follow(params_, *it, state.velocity_m_s, bin_width_ns_);
    state.position_m += width_s * state.velocity_m_s;
  }
  return state;
}

void ForwardModel::Remember(const Vec3& control) {
  controls_.push_back(control);
  if (controls_.size() > num_remembered_) controls_.pop_front();
}

}  // namespace efferent::subject
