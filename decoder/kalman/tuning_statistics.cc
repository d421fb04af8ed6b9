#include "decoder/kalman/tuning_statistics.h"

#include <Eigen/Cholesky>

namespace efferent {
namespace {

constexpr double kMinVariance =
    1e-6;  // of features and of the state's noise: keeps Q and W invertible

}  // namespace

TuningStatistics::TuningStatistics(int num_channels, int num_dimensions, double keep, double ridge)
    : dimensions_(num_dimensions), keep_(keep), ridge_(ridge) {
  uv_.resize(num_channels, num_dimensions + 1);
  uu_.resize(num_channels);
  Clear();
}

void TuningStatistics::Clear() noexcept {
  previous_.reset();
  weight_ = pair_weight_ = 0.0;
  vv_ = SmallMatrix::Zero(dimensions_ + 1, dimensions_ + 1);
  uv_.setZero();
  uu_.setZero();
  before_ = across_ = after_ = SmallMatrix::Zero(dimensions_, dimensions_);
}

void TuningStatistics::Add(const SmallVector& velocity, const Eigen::VectorXd& features) noexcept {
  SmallVector extended(dimensions_ + 1);
  extended << velocity, 1.0;

  weight_ = keep_ * weight_ + 1.0;
  vv_ = keep_ * vv_ + extended * extended.transpose();
  for (int column = 0; column <= dimensions_; ++column) {
    uv_.col(column) = keep_ * uv_.col(column) + extended[column] * features;
  }
  uu_.array() = keep_ * uu_.array() + features.array().square();

  if (previous_) {
    pair_weight_ = keep_ * pair_weight_ + 1.0;
    before_ = keep_ * before_ + *previous_ * previous_->transpose();
    across_ = keep_ * across_ + velocity * previous_->transpose();
    after_ = keep_ * after_ + velocity * velocity.transpose();
  }
  previous_ = velocity;
}

bool TuningStatistics::Fit(TuningModel* model) const noexcept {
  if (weight_ < 2.0 * (dimensions_ + 1) || pair_weight_ < dimensions_) return false;

  // Labels are bounded velocities of some scale: the ridge is relative to their mean square.
  SmallMatrix normal = vv_;
  const double scale =
      vv_.topLeftCorner(dimensions_, dimensions_).trace() / (weight_ * dimensions_);
  if (!(scale > 0.0)) return false;
  for (int i = 0; i < dimensions_; ++i) normal(i, i) += (ridge_ + 1e-9) * scale;
  const Eigen::LDLT<SmallMatrix> normal_ldlt(normal);
  if (normal_ldlt.info() != Eigen::Success || !normal_ldlt.isPositive()) return false;

  for (Eigen::Index i = 0; i < uu_.size(); ++i) {
    const SmallVector sums = uv_.row(i).transpose();
    const SmallVector coefficients = normal_ldlt.solve(sums);
    model->c.row(i) = coefficients.head(dimensions_).transpose();
    model->d[i] = coefficients[dimensions_];
    const double residual =
        uu_[i] - 2.0 * coefficients.dot(sums) + coefficients.dot(vv_ * coefficients);
    model->q[i] = std::max(residual / weight_, kMinVariance);
  }

  SmallMatrix moments = before_;
  moments.diagonal().array() += 1e-9 * scale * pair_weight_;
  const Eigen::LDLT<SmallMatrix> moments_ldlt(moments);
  if (moments_ldlt.info() != Eigen::Success || !moments_ldlt.isPositive()) return false;
  model->a = moments_ldlt.solve(across_.transpose()).transpose();
  model->w = (after_ - model->a * across_.transpose()) / pair_weight_;
  model->w = 0.5 * (model->w + model->w.transpose()).eval();
  model->w.diagonal().array() += kMinVariance * scale;
  return true;
}

}  // namespace efferent
