#include "decoder/kalman/refit_kalman_decoder.h"

#include <algorithm>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/kalman/steady_state.h"
#include "decoder/kalman/velocity_filter.h"
#include "decoder/state_visitor.h"

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

}  // namespace

RefitKalmanDecoder::RefitKalmanDecoder(const RefitKalmanParams& params, int num_channels,
                                       int num_dimensions, TimeNs bin_width_ns)
    : bins_per_batch_(
          std::max(1.0, std::round(RequireWithinBounds(params, "refit_kalman.").batch_length_s *
                                   1e9 / static_cast<double>(bin_width_ns)))),
      first_batch_bins_(std::min(
          bins_per_batch_, std::round(kFirstBatchS * 1e9 / static_cast<double>(bin_width_ns)))),
      weights_{NoModel(num_channels, num_dimensions),
               Eigen::MatrixXd::Zero(num_dimensions, num_dimensions),
               Eigen::MatrixXd::Zero(num_dimensions, num_channels),
               SmallVector::Zero(num_dimensions)},
      velocity_(Eigen::VectorXd::Zero(num_dimensions)),
      features_(Eigen::VectorXd::Zero(num_channels)),
      innovation_(features_),
      statistics_(num_channels, num_dimensions, num_dimensions,
                  KeptWithHalfLife(params.half_life_s, bin_width_ns), params.ridge) {}

void RefitKalmanDecoder::OnPosition(const std::optional<TaskVector>& position_m) noexcept {
  position_.reset();
  if (position_m && position_m->allFinite()) position_ = position_m->head(velocity_.size());
}

TaskVector RefitKalmanDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  const SmallVector position = position_.value_or(weights_.typical_position);
  features_ = features.cast<double>();
  innovation_ = features_ - weights_.model.d;
  innovation_.noalias() -= weights_.model.b.lazyProduct(position);
  const SmallVector no_offset = SmallVector::Zero(velocity_.size());
  return AdvanceVelocity(no_offset, weights_.m1, weights_.m2, innovation_, &velocity_);
}

void RefitKalmanDecoder::Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  if (!intended_velocity_m_s) {
    statistics_.Break();
    return;
  }
  statistics_.Add(intended_velocity_m_s->head(velocity_.size()),
                  position_.value_or(weights_.typical_position), features_);
  bins_in_batch_ += 1.0;
  const double length = std::clamp(num_learned_, first_batch_bins_, bins_per_batch_);
  if (bins_in_batch_ >= length) EndBatch();
}

void RefitKalmanDecoder::EndBatch() noexcept {
  // While there is too little to tell (all labels alike) the batch goes on.
  if (!statistics_.Fit(&weights_.model)) return;
  weights_.typical_position = statistics_.MeanInputs();
  SteadyStateGains(weights_.model, &weights_.m1, &weights_.m2);
  num_learned_ += bins_in_batch_;
  bins_in_batch_ = 0.0;
  ++num_batches_;
}

void RefitKalmanDecoder::ResetActivity() noexcept {
  velocity_.setZero();
  position_.reset();
  statistics_.StartAtRest();
}

void RefitKalmanDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  weights_ = static_cast<const RefitKalmanDecoder&>(other).weights_;
}

void RefitKalmanDecoder::ForgetEvidence() noexcept {
  statistics_.Clear();
  bins_in_batch_ = 0.0;
}

bool RefitKalmanDecoder::IsHealthy() const noexcept {
  const TuningModel& model = weights_.model;
  return weights_.m1.allFinite() && weights_.m2.allFinite() && model.b.allFinite() &&
         model.d.allFinite();
}

std::optional<double> RefitKalmanDecoder::weight_norm() const noexcept {
  return std::hypot(weights_.m1.norm(), weights_.m2.norm(), weights_.model.b.norm());
}

std::unique_ptr<Decoder> RefitKalmanDecoder::Clone() const {
  return std::make_unique<RefitKalmanDecoder>(*this);
}

void RefitKalmanDecoder::VisitState(StateVisitor& visitor) {
  TuningModel& model = weights_.model;
  visitor("a", model.a);
  visitor("w", model.w);
  visitor("c", model.c);
  visitor("b", model.b);
  visitor("d", model.d);
  visitor("q", model.q);
  visitor("m1", weights_.m1);
  visitor("m2", weights_.m2);
  visitor("typical_position", weights_.typical_position);
  visitor("velocity", velocity_);
  visitor("position", position_, SmallVector(SmallVector::Zero(velocity_.size())));
  visitor("statistics", statistics_);
  visitor("bins_in_batch", bins_in_batch_);
  visitor("num_learned", num_learned_);
  visitor("num_batches", num_batches_);
}

}  // namespace efferent
