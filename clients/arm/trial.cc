#include "clients/arm/trial.h"

#include <algorithm>

namespace efferent {

namespace {

constexpr std::int64_t kLogIntervalNs = 10'000'000;

}  // namespace

Trial::Trial(const TaskParams& task, const Eigen::Vector3d& target_m, std::int64_t start_ns,
             const Eigen::Vector3d& position_m)
    : task_(task),
      target_m_(target_m),
      start_ns_(start_ns),
      start_m_(position_m),
      last_m_(position_m),
      last_ns_(start_ns),
      stop_ns_(start_ns),
      next_log_ns_(start_ns) {
  Observe(start_ns, position_m);
}

Trial::State Trial::Observe(std::int64_t now_ns, const Eigen::Vector3d& position_m) {
  if (is_over()) return state_;
  path_length_m_ += (position_m - last_m_).norm();
  const double distance_m = (position_m - target_m_).norm();
  const bool inside = distance_m <= task_.target_radius_m;
  if (now_ns > last_ns_) {
    const double approach_m = (last_m_ - target_m_).norm() - distance_m;
    reward_ = inside ? 0.0 : approach_m / (1e-9 * static_cast<double>(now_ns - last_ns_));
  }
  last_m_ = position_m;
  last_ns_ = now_ns;
  if (now_ns >= next_log_ns_) Log(now_ns, position_m);

  if (inside && state_ != State::kHolding) {
    state_ = State::kHolding;
    entered_ns_ = now_ns;
    if (!path_efficiency_) {
      const double straight = (position_m - start_m_).norm();
      path_efficiency_ = path_length_m_ > 0.0 ? std::min(1.0, straight / path_length_m_) : 1.0;
    }
  } else if (!inside) {
    state_ = State::kReaching;
  }

  if (inside && now_ns - entered_ns_ >= task_.hold_time_ns) {
    state_ = State::kReached;
  } else if (now_ns - start_ns_ >= task_.time_limit_ns) {
    state_ = State::kFailed;
  }
  if (is_over()) {
    stop_ns_ = now_ns;
    if (path_.back().t_s * 1e9 < static_cast<double>(now_ns - start_ns_)) Log(now_ns, position_m);
  }
  return state_;
}

void Trial::Log(std::int64_t now_ns, const Eigen::Vector3d& position_m) {
  path_.push_back({static_cast<double>(now_ns - start_ns_) * 1e-9, position_m});
  next_log_ns_ = now_ns + kLogIntervalNs;
}

TrialResult Trial::Result() const {
  TrialResult result;
  result.start_m = start_m_;
  result.target_m = target_m_;
  result.target_radius_m = task_.target_radius_m;
  result.success = state_ == State::kReached;
  result.time_s =
      static_cast<double>(result.success ? stop_ns_ - start_ns_ : task_.time_limit_ns) * 1e-9;
  result.path_efficiency = path_efficiency_.value_or(0.0);
  result.path = path_;
  return result;
}

}  // namespace efferent
