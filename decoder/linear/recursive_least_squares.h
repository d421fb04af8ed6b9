#pragma once

#include <Eigen/Core>

namespace efferent {

/// Recursive least squares with exponential forgetting; Haykin, Adaptive Filter Theory, 4th ed.,
/// table 9.1. F features, D outputs:
///   q = P phi;  k = q / (lambda + phi' q);  w <- w - k (w' phi - y)';  P <- (P - k q') / lambda
/// P in double precision, lower triangle only. Forgetting without excitation would let P grow
/// without bound (a channel that fell silent): a feature whose variance passes ten times its
/// initial value 1 / ridge is scaled back to that, which keeps P positive definite. Real-time safe
/// after construction.
class RecursiveLeastSquares {
 public:
  RecursiveLeastSquares(int num_features, double forgetting, double ridge);

  /// Learns from one sample. phi: F; error: D, w' phi - y; w: F x D.
  void Update(const Eigen::VectorXd& phi, const Eigen::VectorXd& error,
              Eigen::MatrixXd* w) noexcept;

  /// Back to P = I / ridge.
  void Reset() noexcept;

  /// Variance of the weight of feature i: P(i, i).
  double variance(Eigen::Index i) const { return inflation_ * p_(i, i); }

 private:
  double forgetting_, initial_variance_;
  double inflation_ = 1.0;  // P = inflation p: forgetting scales a number, not a matrix
  Eigen::MatrixXd p_;       // F x F, lower triangle
  Eigen::VectorXd q_;       // p phi
};

}  // namespace efferent
