#pragma once

#include <Eigen/Core>
#include <cmath>

namespace efferent {

/// Adam (Kingma and Ba, ICLR 2015) on a matrix of weights, the gradient given column by column, so
/// that it need never be stored. Real-time safe after construction.
template <class Scalar>
class Adam {
 public:
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

  Adam(Eigen::Index rows, Eigen::Index columns, double learning_rate)
      : learning_rate_(learning_rate),
        first_(Matrix::Zero(rows, columns)),
        second_(Matrix::Zero(rows, columns)) {}

  /// Begins an update; then call Descend once for each column.
  void BeginUpdate() noexcept {
    first_power_ *= kBeta1;
    second_power_ *= kBeta2;
    step_ =
        static_cast<Scalar>(learning_rate_ * std::sqrt(1.0 - second_power_) / (1.0 - first_power_));
  }

  /// weights.col(column) -= step m / (sqrt(v) + epsilon), m and v advanced with `gradient`, an
  /// expression of `rows` elements.
  template <class Gradient>
  void Descend(Eigen::Index column, const Gradient& gradient, Matrix* weights) noexcept {
    auto m = first_.col(column).array();
    auto v = second_.col(column).array();
    m = static_cast<Scalar>(kBeta1) * m + static_cast<Scalar>(1.0 - kBeta1) * gradient;
    v = static_cast<Scalar>(kBeta2) * v + static_cast<Scalar>(1.0 - kBeta2) * gradient.square();
    weights->col(column).array() -= step_ * m / (v.sqrt() + kEpsilon);
  }

  void Reset() noexcept {
    first_.setZero();
    second_.setZero();
    first_power_ = second_power_ = 1.0;
  }

 private:
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr Scalar kEpsilon = Scalar(1e-8);

  double learning_rate_;
  Scalar step_ = 0;
  double first_power_ = 1.0, second_power_ = 1.0;
  Matrix first_, second_;
};

}  // namespace efferent
