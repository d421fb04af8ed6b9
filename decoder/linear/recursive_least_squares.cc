#include "decoder/linear/recursive_least_squares.h"

#include <cmath>

namespace efferent {
namespace {

// How far beyond its initial value forgetting may carry the variance of a feature that is not
// excited.
constexpr double kMaxGrowth = 10.0;

}  // namespace

RecursiveLeastSquares::RecursiveLeastSquares(int num_features, double forgetting, double ridge)
    : forgetting_(forgetting), initial_variance_(1.0 / ridge) {
  p_.resize(num_features, num_features);
  q_ = Eigen::VectorXd::Zero(num_features);
  Reset();
}

void RecursiveLeastSquares::Reset() noexcept {
  p_.setZero();
  p_.diagonal().setConstant(initial_variance_);
  inflation_ = 1.0;
}

void RecursiveLeastSquares::Update(const Eigen::VectorXd& phi, const Eigen::VectorXd& error,
                                   Eigen::MatrixXd* w) noexcept {
  const Eigen::Index n = phi.size();
  // q = p phi from the lower triangle.
  q_.setZero();
  for (Eigen::Index j = 0; j < n; ++j) {
    const auto below = p_.col(j).tail(n - j - 1);
    q_[j] += p_(j, j) * phi[j] + below.dot(phi.tail(n - j - 1));
    q_.tail(n - j - 1) += phi[j] * below;
  }
  const double denominator = forgetting_ + inflation_ * phi.dot(q_);
  for (Eigen::Index d = 0; d < error.size(); ++d) {
    w->col(d) -= (inflation_ * error[d] / denominator) * q_;
  }
  const double shrink = inflation_ / denominator;
  for (Eigen::Index j = 0; j < n; ++j) p_.col(j).tail(n - j) -= (shrink * q_[j]) * q_.tail(n - j);
  inflation_ /= forgetting_;

  for (Eigen::Index i = 0; i < n; ++i) {
    const double excess = variance(i) / (kMaxGrowth * initial_variance_);
    if (excess <= 1.0) continue;
    const double scale = 1.0 / std::sqrt(excess);
    p_.row(i).head(i + 1) *= scale;
    p_.col(i).tail(n - i) *= scale;
  }
  // Long before the number overflows it is folded back into the matrix.
  if (inflation_ > 1e100) {
    p_ *= inflation_;
    inflation_ = 1.0;
  }
}

}  // namespace efferent
