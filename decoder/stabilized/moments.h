#pragma once

#include <Eigen/Core>

namespace efferent {

class StateVisitor;

/// Mean and covariance of samples that come one at a time, with exponential forgetting. About a
/// running mean, so that channels with a large mean lose no digits:
///   N <- keep N + 1;   delta = u - mean;   mean <- mean + delta / N
///   S <- (1 - 1/N) (S + delta delta' / N)      S: maximum likelihood, num_channels x num_channels
/// With keep = 1 these are the plain statistics of all samples. Costs num_channels^2 / 2 a sample.
/// Real-time safe after construction.
class Moments {
 public:
  Moments(int num_channels, double keep);

  void Add(const Eigen::VectorXd& sample) noexcept;
  void Clear() noexcept;
  /// Becomes the statistics of `weight` samples of that mean and covariance (lower triangle read).
  template <class Covariance>
  void Set(double weight, const Eigen::VectorXd& mean, const Covariance& covariance) noexcept {
    weight_ = weight;
    mean_ = mean;
    lower_ = covariance;
  }
  /// Changes how fast is forgotten from now on.
  void SetKeep(double keep) noexcept { keep_ = keep; }
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

  double weight() const { return weight_; }  ///< N
  const Eigen::VectorXd& mean() const { return mean_; }
  double variance(Eigen::Index i) const { return lower_(i, i); }
  /// S(i, k) for i >= k, num_channels - k of them.
  auto ColumnBelow(Eigen::Index k) const { return lower_.col(k).tail(lower_.rows() - k); }

 private:
  double keep_;
  double weight_ = 0.0;
  Eigen::VectorXd mean_, delta_;
  Eigen::MatrixXd lower_;  // S, lower triangle
};

}  // namespace efferent
