#include "decoder/kalman/tuning_statistics.h"

#include <Eigen/Cholesky>
#include <algorithm>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr double kMinVariance =
    1e-6;  // of features and of the state's noise: keeps Q and W invertible

}  // namespace

TuningStatistics::TuningStatistics(int num_channels, int num_dimensions, int num_inputs,
                                   double keep, double ridge)
    : dimensions_(num_dimensions), num_inputs_(num_inputs), keep_(keep), ridge_(ridge) {
  uv_.resize(num_channels, num_dimensions + num_inputs + 1);
  uu_.resize(num_channels);
  Clear();
}

void TuningStatistics::Clear() noexcept {
  previous_.reset();
  weight_ = pair_weight_ = 0.0;
  vv_ = SmallMatrix::Zero(uv_.cols(), uv_.cols());
  uv_.setZero();
  uu_.setZero();
  before_ = across_ = after_ = SmallMatrix::Zero(dimensions_, dimensions_);
}

void TuningStatistics::Add(const SmallVector& velocity, const SmallVector& inputs,
                           const Eigen::VectorXd& features) noexcept {
  SmallVector extended(uv_.cols());
  extended << velocity, inputs, 1.0;

  weight_ = keep_ * weight_ + 1.0;
  vv_ = keep_ * vv_ + extended * extended.transpose();
  for (int column = 0; column < uv_.cols(); ++column) {
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

void TuningStatistics::Project(const Eigen::MatrixXd& gain, const Eigen::VectorXd& mean,
                               const Eigen::VectorXd& squares,
                               TuningStatistics* latent) const noexcept {
  latent->previous_ = previous_;
  latent->weight_ = weight_;
  latent->pair_weight_ = pair_weight_;
  latent->vv_ = vv_;
  latent->before_ = before_;
  latent->across_ = across_;
  latent->after_ = after_;
  latent->uu_ = squares;
  const Eigen::Index constant = vv_.cols() - 1;
  for (Eigen::Index l = 0; l < gain.cols(); ++l) {
    const double offset = gain.col(l).dot(mean);
    for (Eigen::Index r = 0; r < vv_.cols(); ++r) {
      latent->uv_(l, r) = gain.col(l).dot(uv_.col(r)) - offset * vv_(constant, r);
    }
  }
}

SmallMatrix TuningStatistics::LabelCovariance() const noexcept {
  const Eigen::Index constant = vv_.cols() - 1;
  const SmallVector mean = vv_.col(constant).head(dimensions_) / weight_;
  return vv_.topLeftCorner(dimensions_, dimensions_) / weight_ - mean * mean.transpose();
}

SmallVector TuningStatistics::MeanInputs() const noexcept {
  return vv_.col(vv_.cols() - 1).segment(dimensions_, num_inputs_) / weight_;
}

bool TuningStatistics::Fit(TuningModel* model) const noexcept {
  const int constant = dimensions_ + num_inputs_;  // the last regressor
  if (weight_ < 2.0 * (constant + 1) || pair_weight_ < dimensions_) return false;

  // Labels are bounded velocities of some scale: the ridge is relative to their mean square. So is
  // that of the inputs: relative to their own spread it would not bound what is concluded from an arm
  // that has hardly moved.
  SmallMatrix normal = vv_;
  const double scale =
      vv_.topLeftCorner(dimensions_, dimensions_).trace() / (weight_ * dimensions_);
  if (!(scale > 0.0)) return false;
  normal.diagonal().head(constant).array() += (ridge_ + 1e-9) * scale;
  const Eigen::LDLT<SmallMatrix> normal_ldlt(normal);
  if (normal_ldlt.info() != Eigen::Success || !normal_ldlt.isPositive()) return false;

  for (Eigen::Index i = 0; i < uu_.size(); ++i) {
    const SmallVector sums = uv_.row(i).transpose();
    const SmallVector coefficients = normal_ldlt.solve(sums);
    model->c.row(i) = coefficients.head(dimensions_).transpose();
    if (num_inputs_ > 0) {
      model->b.row(i) = coefficients.segment(dimensions_, num_inputs_).transpose();
    }
    model->d[i] = coefficients[constant];
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

void TuningStatistics::VisitState(StateVisitor& visitor) {
  if (!visitor.wants_evidence()) return;
  visitor("previous", previous_, SmallVector(SmallVector::Zero(dimensions_)));
  visitor("weight", weight_);
  visitor("pair_weight", pair_weight_);
  visitor("vv", vv_);
  visitor("uv", uv_);
  visitor("uu", uu_);
  visitor("before", before_);
  visitor("across", across_);
  visitor("after", after_);
}

}  // namespace efferent
