#include "decoder/stabilized/moments.h"

#include "decoder/state_visitor.h"

namespace efferent {

Moments::Moments(int num_channels, double keep)
    : keep_(keep),
      mean_(Eigen::VectorXd::Zero(num_channels)),
      delta_(mean_),
      lower_(Eigen::MatrixXd::Zero(num_channels, num_channels)) {}

void Moments::Add(const Eigen::VectorXd& sample) noexcept {
  weight_ = keep_ * weight_ + 1.0;
  const double share = 1.0 / weight_;
  delta_ = sample - mean_;
  mean_ += share * delta_;
  const Eigen::Index n = mean_.size();
  for (Eigen::Index k = 0; k < n; ++k) {
    auto column = lower_.col(k).tail(n - k);
    column = (1.0 - share) * (column + (share * delta_[k]) * delta_.tail(n - k));
  }
}

void Moments::Clear() noexcept {
  weight_ = 0.0;
  mean_.setZero();
  lower_.setZero();
}

void Moments::VisitState(StateVisitor& visitor) {
  if (!visitor.wants_evidence()) return;
  visitor("keep", keep_);
  visitor("weight", weight_);
  visitor("mean", mean_);
  visitor("lower", lower_);
}

}  // namespace efferent
