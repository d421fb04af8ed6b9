#include "decoder/linear/normal_equations.h"

#include "decoder/state_visitor.h"

namespace efferent {

NormalEquations::NormalEquations(int num_features, int num_dimensions, double keep, double ridge)
    : keep_(keep), ridge_(ridge) {
  g_.resize(num_features, num_features);
  b_.resize(num_features, num_dimensions);
  anchor_ = residual_ = direction_ = image_ = Eigen::MatrixXd::Zero(num_features, num_dimensions);
  energy_ = Eigen::VectorXd::Zero(num_dimensions);
  scale_ = Eigen::VectorXd::Zero(num_features);
  Clear(anchor_);
}

void NormalEquations::Clear(const Eigen::MatrixXd& w) noexcept {
  weight_ = 0.0;
  g_.setZero();
  b_.setZero();
  anchor_ = w;
}

void NormalEquations::Add(const Eigen::VectorXd& phi, const Eigen::VectorXd& y) noexcept {
  weight_ = keep_ * weight_ + 1.0;
  const Eigen::Index n = phi.size();
  for (Eigen::Index j = 0; j < n; ++j) {
    g_.col(j).tail(n - j) = keep_ * g_.col(j).tail(n - j) + phi[j] * phi.tail(n - j);
  }
  for (Eigen::Index d = 0; d < y.size(); ++d) b_.col(d) = keep_ * b_.col(d) + y[d] * phi;
}

double NormalEquations::Regularization() const noexcept {
  return ridge_ * g_.diagonal().sum() / (static_cast<double>(g_.rows()) * weight_);
}

void NormalEquations::Apply(const Eigen::MatrixXd& x) noexcept {
  const Eigen::Index n = g_.rows();
  image_ = Regularization() * x;
  for (Eigen::Index j = 0; j < n; ++j) {
    const auto below = g_.col(j).tail(n - j - 1);
    for (Eigen::Index d = 0; d < x.cols(); ++d) {
      image_(j, d) += g_(j, j) * x(j, d) + below.dot(x.col(d).tail(n - j - 1));
      image_.col(d).tail(n - j - 1) += x(j, d) * below;
    }
  }
}

void NormalEquations::Improve(int num_iterations, Eigen::MatrixXd* w) noexcept {
  if (weight_ == 0.0) return;
  const double regularization = Regularization();
  if (regularization == 0.0) return;  // Nothing but silence so far.
  scale_ = (g_.diagonal().array() + regularization).inverse();

  Apply(*w);
  residual_ = b_ + regularization * anchor_ - image_;
  for (int iteration = 0; iteration < num_iterations; ++iteration) {
    // With z = scale residual: the first direction is z; the next ones are z + (z'r / z'r before)
    // times the direction before. Each column of W is a system of its own with the same matrix.
    for (Eigen::Index d = 0; d < w->cols(); ++d) {
      const double energy = (residual_.col(d).array().square() * scale_.array()).sum();
      double share = 0.0;
      if (iteration > 0 && energy_[d] > 0.0) share = energy / energy_[d];
      direction_.col(d).array() =
          scale_.array() * residual_.col(d).array() + share * direction_.col(d).array();
      energy_[d] = energy;
    }
    Apply(direction_);
    for (Eigen::Index d = 0; d < w->cols(); ++d) {
      const double curvature = direction_.col(d).dot(image_.col(d));
      if (curvature == 0.0) continue;  // Solved. What is not a number goes on into the weights.
      const double step = energy_[d] / curvature;
      w->col(d) += step * direction_.col(d);
      residual_.col(d) -= step * image_.col(d);
    }
  }
}

void NormalEquations::VisitState(StateVisitor& visitor) {
  if (!visitor.wants_evidence()) return;
  visitor("weight", weight_);
  visitor("g", g_);
  visitor("b", b_);
  visitor("anchor", anchor_);
}

}  // namespace efferent
