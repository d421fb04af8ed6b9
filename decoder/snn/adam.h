#pragma once

#include <Eigen/Core>
#include <cmath>

#include "decoder/kernels/kernel_table.h"
#include "decoder/kernels/padded.h"

namespace efferent {

/// Adam's constants, and its step, corrected for the moments' start at zero (Kingma and Ba, ICLR
/// 2015, end of section 2): w -= step m / (sqrt(v) + epsilon) with
///   step = learning_rate sqrt(1 - beta2^t) / (1 - beta1^t)         t: updates so far
class AdamSchedule {
 public:
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr double kEpsilon = 1e-8;

  explicit AdamSchedule(double learning_rate) : learning_rate_(learning_rate) {}

  /// The step of the next update.
  double Next() noexcept {
    first_power_ *= kBeta1;
    second_power_ *= kBeta2;
    return learning_rate_ * std::sqrt(1.0 - second_power_) / (1.0 - first_power_);
  }

  /// As Next, with all constants, for the kernels.
  kernels::AdamStep NextForKernels() noexcept {
    return {static_cast<float>(Next()),       static_cast<float>(kBeta1),
            static_cast<float>(1.0 - kBeta1), static_cast<float>(kBeta2),
            static_cast<float>(1.0 - kBeta2), static_cast<float>(kEpsilon)};
  }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("first_power", first_power_);
    visitor("second_power", second_power_);
  }

  void Reset() noexcept { first_power_ = second_power_ = 1.0; }

 private:
  double learning_rate_;
  double first_power_ = 1.0, second_power_ = 1.0;
};

/// Adam on a matrix of weights, the gradient given column by column, so that it need never be
/// stored. Real-time safe after construction.
template <class Scalar>
class Adam {
 public:
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

  Adam(Eigen::Index rows, Eigen::Index columns, double learning_rate)
      : schedule_(learning_rate),
        first_(Matrix::Zero(rows, columns)),
        second_(Matrix::Zero(rows, columns)) {}

  /// Begins an update; then call Descend once for each column.
  void BeginUpdate() noexcept { step_ = static_cast<Scalar>(schedule_.Next()); }

  /// weights.col(column) -= step m / (sqrt(v) + epsilon), m and v advanced with `gradient`, an
  /// expression of `rows` elements.
  template <class Gradient>
  void Descend(Eigen::Index column, const Gradient& gradient, Matrix* weights) noexcept {
    constexpr auto beta1 = static_cast<Scalar>(AdamSchedule::kBeta1);
    constexpr auto one_minus_beta1 = static_cast<Scalar>(1.0 - AdamSchedule::kBeta1);
    constexpr auto beta2 = static_cast<Scalar>(AdamSchedule::kBeta2);
    constexpr auto one_minus_beta2 = static_cast<Scalar>(1.0 - AdamSchedule::kBeta2);
    constexpr auto epsilon = static_cast<Scalar>(AdamSchedule::kEpsilon);
    auto m = first_.col(column).array();
    auto v = second_.col(column).array();
    m = beta1 * m + one_minus_beta1 * gradient;
    v = beta2 * v + one_minus_beta2 * gradient.square();
    weights->col(column).array() -= step_ * m / (v.sqrt() + epsilon);
  }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    if (!visitor.wants_evidence()) return;
    visitor("schedule", schedule_);
    visitor("first", first_);
    visitor("second", second_);
  }

  void Reset() noexcept {
    first_.setZero();
    second_.setZero();
    schedule_.Reset();
  }

 private:
  AdamSchedule schedule_;
  Scalar step_ = 0;
  Matrix first_, second_;
};

/// Adam's memory of the weights of a LifNetwork; EligibilityTraces::AdvanceAndDescend applies it.
struct SynapticAdam {
  SynapticAdam(Eigen::Index rows, Eigen::Index columns, double learning_rate)
      : schedule(learning_rate), first(rows, columns), second(rows, columns) {}

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    if (!visitor.wants_evidence()) return;
    visitor("schedule", schedule);
    visitor("first", first);
    visitor("second", second);
  }

  void Reset() noexcept {
    schedule.Reset();
    first.SetZero();
    second.SetZero();
  }

  AdamSchedule schedule;
  kernels::PaddedMatrix first, second;  ///< Moments, N x (I + N).
};

}  // namespace efferent
