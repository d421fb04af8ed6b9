#include "decoder/reward_gradient.h"

#include <algorithm>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

// All variances in units of reward_power_; chosen in closed loop, see decoder/README.md.
constexpr double kPriorVariance = 4.0;          // of g at a trial's start, of b at the very first
constexpr double kGradientVariancePerS = 10.0;  // by which g changes
constexpr double kOffsetVariancePerS = 0.01;    // by which b does
constexpr double kSmallestNoiseVariance = 1e-3;
constexpr double kPowerTauS = 10.0;
// Elements of the state for g at least: sums over planar and spatial states have the same order.
constexpr int kSmallestRoom = 3;
constexpr double kSmallestPower = 1e-30;  // of any unit: less counts as nothing

}  // namespace

RewardGradient::RewardGradient(double speed_m_s, int num_dimensions, TimeNs bin_width_ns)
    : speed_m_s_(speed_m_s),
      num_dimensions_(num_dimensions),
      bin_width_s_(static_cast<double>(bin_width_ns) * 1e-9),
      power_gain_(1.0 - KeptWithTau(kPowerTauS, bin_width_ns)),
      offset_(std::max(num_dimensions, kSmallestRoom)),
      state_(State::Zero(offset_ + 1)),
      covariance_(Covariance::Zero(offset_ + 1, offset_ + 1)) {}

void RewardGradient::Observe(const TaskVector& velocity_m_s, double reward) noexcept {
  if (reward_power_ == 0.0) {
    if (reward * reward < kSmallestPower) return;
    reward_power_ = noise_power_ = reward * reward;
    OnTrialStart();
    covariance_(offset_, offset_) = kPriorVariance * reward_power_;
  }
  const double earned = reward - state_[offset_];
  reward_power_ += power_gain_ * (earned * earned - reward_power_);

  const int d = num_dimensions_;
  auto variances = covariance_.diagonal();
  const double elapsed = bin_width_s_ * reward_power_;
  // No worse known than at a trial's start, however long nothing has been tried.
  const double most = std::max(kPriorVariance * reward_power_, variances.head(d).maxCoeff());
  for (int i = 0; i < d; ++i) {
    variances[i] = std::min(variances[i] + kGradientVariancePerS * elapsed, most);
  }
  variances[offset_] += kOffsetVariancePerS * elapsed;

  State x = State::Zero(state_.size());
  x.head(d) = velocity_m_s.head(d) / speed_m_s_;
  x[offset_] = 1.0;
  const State p = covariance_ * x;
  const double noise =
      std::max({noise_power_, kSmallestNoiseVariance * reward_power_, kSmallestPower});
  const double variance = x.dot(p) + noise;
  state_ += p * ((reward - x.dot(state_)) / variance);
  covariance_ -= p * p.transpose() / variance;
  const double residual = reward - x.dot(state_);
  noise_power_ += power_gain_ * (residual * residual - noise_power_);
}

std::optional<TaskVector> RewardGradient::Direction() const noexcept {
  const TaskVector g = ToTaskVector(state_.head(num_dimensions_));
  const double uncertainty = covariance_.diagonal().head(num_dimensions_).sum();
  const double squared = SquaredNorm(g);
  if (!(squared > uncertainty)) return std::nullopt;
  return TaskVector(g / std::sqrt(squared));
}

void RewardGradient::OnTrialStart() noexcept {
  const double offset_variance = covariance_(offset_, offset_);
  covariance_.setZero();
  covariance_.diagonal().head(num_dimensions_).setConstant(kPriorVariance * reward_power_);
  covariance_(offset_, offset_) = offset_variance;
  state_.head(offset_).setZero();
}

void RewardGradient::VisitState(StateVisitor& visitor) {
  visitor("state", state_);
  visitor("covariance", covariance_);
  visitor("reward_power", reward_power_);
  visitor("noise_power", noise_power_);
}

}  // namespace efferent
