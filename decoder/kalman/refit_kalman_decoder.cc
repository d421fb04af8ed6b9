#include "decoder/kalman/refit_kalman_decoder.h"

#include <algorithm>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/kalman/steady_state.h"
#include "decoder/kalman/velocity_filter.h"

namespace efferent {
namespace {

constexpr double kFirstBatchS = 3.0;

TuningModel NoModel(int num_channels, int num_dimensions) {
  TuningModel model;
  model.a = SmallMatrix::Zero(num_dimensions, num_dimensions);
  model.w = SmallMatrix::Identity(num_dimensions, num_dimensions);
  model.c = Eigen::MatrixXd::Zero(num_channels, num_dimensions);
  model.b = model.c;
  model.d = Eigen::VectorXd::Zero(num_channels);
  model.q = Eigen::VectorXd::Ones(num_channels);
  return model;
}

/// value <- value + share (other - value), in place.
template <class Matrix>
void Blend(double share, const Matrix& other, Matrix* value) noexcept {
  value->array() += share * (other.array() - value->array());
}

}  // namespace

RefitKalmanDecoder::RefitKalmanDecoder(const RefitKalmanParams& params, int num_channels,
                                       int num_dimensions, TimeNs bin_width_ns)
    : bins_per_batch_(
          std::max(1.0, std::round(RequireWithinBounds(params, "refit_kalman.").batch_length_s *
                                   1e9 / static_cast<double>(bin_width_ns)))),
      first_batch_bins_(std::min(
          bins_per_batch_, std::round(kFirstBatchS * 1e9 / static_cast<double>(bin_width_ns)))),
      keep_per_bin_(KeptWithHalfLife(params.half_life_s, bin_width_ns)),
      weights_{NoModel(num_channels, num_dimensions),
               Eigen::MatrixXd::Zero(num_dimensions, num_dimensions),
               Eigen::MatrixXd::Zero(num_dimensions, num_channels),
               SmallVector::Zero(num_dimensions)},
      covariance_(SmallMatrix::Identity(num_dimensions, num_dimensions)),
      velocity_(Eigen::VectorXd::Zero(num_dimensions)),
      features_(Eigen::VectorXd::Zero(num_channels)),
      innovation_(features_),
      batch_(num_channels, num_dimensions, num_dimensions, 1.0, params.ridge),
      batch_model_(weights_.model),
      position_sum_(SmallVector::Zero(num_dimensions)) {}

void RefitKalmanDecoder::OnPosition(const std::optional<Vec3>& position_m) noexcept {
  position_.reset();
  if (position_m && position_m->allFinite()) position_ = position_m->head(velocity_.size());
}

Vec3 RefitKalmanDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  const SmallVector position = position_.value_or(weights_.typical_position);
  features_ = features.cast<double>();
  innovation_ = features_ - weights_.model.d;
  innovation_.noalias() -= weights_.model.b.lazyProduct(position);
  const SmallVector no_offset = SmallVector::Zero(velocity_.size());
  return AdvanceVelocity(no_offset, weights_.m1, weights_.m2, innovation_, &velocity_);
}

void RefitKalmanDecoder::Learn(const std::optional<Vec3>& intended_velocity_m_s) noexcept {
  if (!intended_velocity_m_s) {
    batch_.Break();
    return;
  }
  if (position_) {
    position_sum_ += *position_;
    num_positions_ += 1.0;
  }
  batch_.Add(intended_velocity_m_s->head(velocity_.size()),
             position_.value_or(weights_.typical_position), features_);
  const double length = std::clamp(num_learned_, first_batch_bins_, bins_per_batch_);
  if (batch_.weight() >= length) EndBatch();
}

void RefitKalmanDecoder::EndBatch() noexcept {
  const double n = batch_.weight();
  // A batch that says too little (all labels alike) goes on.
  if (!batch_.Fit(&batch_model_)) return;
  weight_ = std::pow(keep_per_bin_, n) * weight_ + n;
  const double share = n / weight_;
  TuningModel& model = weights_.model;
  Blend(share, batch_model_.a, &model.a);
  Blend(share, batch_model_.w, &model.w);
  Blend(share, batch_model_.b, &model.b);
  Blend(share, batch_model_.c, &model.c);
  Blend(share, batch_model_.d, &model.d);
  Blend(share, batch_model_.q, &model.q);
  if (num_positions_ > 0.0) {
    Blend(share, SmallVector(position_sum_ / num_positions_), &weights_.typical_position);
  }
  SteadyStateGains(model, &covariance_, &weights_.m1, &weights_.m2);
  num_learned_ += n;
  ++num_batches_;
  batch_.Clear();
  position_sum_.setZero();
  num_positions_ = 0.0;
}

void RefitKalmanDecoder::ResetActivity() noexcept {
  velocity_.setZero();
  position_.reset();
  batch_.Break();
}

void RefitKalmanDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  weights_ = static_cast<const RefitKalmanDecoder&>(other).weights_;
}

void RefitKalmanDecoder::ForgetEvidence() noexcept {
  batch_.Clear();
  position_sum_.setZero();
  num_positions_ = 0.0;
  covariance_.setIdentity();
}

bool RefitKalmanDecoder::IsHealthy() const noexcept {
  const TuningModel& model = weights_.model;
  return weights_.m1.allFinite() && weights_.m2.allFinite() && model.b.allFinite() &&
         model.d.allFinite();
}

std::unique_ptr<Decoder> RefitKalmanDecoder::Clone() const {
  return std::make_unique<RefitKalmanDecoder>(*this);
}

}  // namespace efferent
