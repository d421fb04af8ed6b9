#include "decoder/kalman/kalman_decoder.h"

#include <cmath>

#include <string>

#include "decoder/exponential_decay.h"
#include "decoder/kalman/steady_state.h"
#include "decoder/kalman/velocity_filter.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

template <class Matrix>
void CheckMatrix(const char* field, const Matrix& matrix, Eigen::Index rows, Eigen::Index columns,
                 std::vector<Violation>* violations) {
  if (matrix.rows() != rows || matrix.cols() != columns) {
    violations->push_back({field, "is " + std::to_string(matrix.rows()) + " x " +
                                      std::to_string(matrix.cols()) + ", must be " +
                                      std::to_string(rows) + " x " + std::to_string(columns)});
  } else if (!matrix.allFinite()) {
    violations->push_back({field, "has an element that is not finite"});
  }
}

KalmanGains NoGains(int num_channels, int num_dimensions) {
  return {Eigen::MatrixXd::Zero(num_dimensions, num_dimensions),
          Eigen::MatrixXd::Zero(num_dimensions, num_channels),
          Eigen::VectorXd::Zero(num_dimensions), Eigen::VectorXd::Zero(num_dimensions)};
}

const KalmanParams& Checked(const KalmanParams& params, int num_channels, int num_dimensions) {
  std::vector<Violation> violations = CheckBounds(params, "kalman.");
  if (params.gains) {
    const KalmanGains& gains = *params.gains;
    CheckMatrix("kalman.m1", gains.m1, num_dimensions, num_dimensions, &violations);
    CheckMatrix("kalman.m2", gains.m2, num_dimensions, num_channels, &violations);
    CheckMatrix("kalman.m0", gains.m0, num_dimensions, 1, &violations);
    CheckMatrix("kalman.initial_velocity_m_s", gains.initial, num_dimensions, 1, &violations);
  }
  if (!violations.empty()) throw InvalidParameters(std::move(violations));
  return params;
}

}  // namespace

KalmanDecoder::KalmanDecoder(const KalmanParams& params, int num_channels, int num_dimensions,
                             TimeNs bin_width_ns)
    : fixed_(Checked(params, num_channels, num_dimensions).gains.has_value()),
      gains_(params.gains.value_or(NoGains(num_channels, num_dimensions))),
      statistics_(num_channels, num_dimensions, 0,
                  KeptWithHalfLife(params.half_life_s, bin_width_ns), params.ridge),
      velocity_(gains_.initial),
      features_(Eigen::VectorXd::Zero(num_channels)) {
  model_.c = Eigen::MatrixXd::Zero(num_channels, num_dimensions);
  model_.d = Eigen::VectorXd::Zero(num_channels);
  model_.q = Eigen::VectorXd::Ones(num_channels);
}

TaskVector KalmanDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  features_ = features.cast<double>();
  return AdvanceVelocity(gains_.m0, gains_.m1, gains_.m2, features_, &velocity_);
}

void KalmanDecoder::Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  if (fixed_) return;
  if (!intended_velocity_m_s) {
    statistics_.Break();
    return;
  }
  statistics_.Add(intended_velocity_m_s->head(velocity_.size()), SmallVector(0), features_);
  Fit();
}

void KalmanDecoder::Fit() noexcept {
  if (!statistics_.Fit(&model_)) return;
  SteadyStateGains(model_, &gains_.m1, &gains_.m2);
  for (Eigen::Index i = 0; i < velocity_.size(); ++i) {
    gains_.m0[i] = -gains_.m2.row(i).dot(model_.d);
  }
}

void KalmanDecoder::ResetActivity() noexcept {
  velocity_ = gains_.initial;
  statistics_.StartAtRest();
}

void KalmanDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  gains_ = static_cast<const KalmanDecoder&>(other).gains_;
}

void KalmanDecoder::ForgetEvidence() noexcept { statistics_.Clear(); }

bool KalmanDecoder::IsHealthy() const noexcept {
  return gains_.m1.allFinite() && gains_.m2.allFinite() && gains_.m0.allFinite();
}

std::optional<double> KalmanDecoder::weight_norm() const noexcept {
  return std::hypot(gains_.m1.norm(), gains_.m2.norm(), gains_.m0.norm());
}

std::unique_ptr<Decoder> KalmanDecoder::Clone() const {
  return std::make_unique<KalmanDecoder>(*this);
}

void KalmanDecoder::VisitState(StateVisitor& visitor) {
  visitor("m1", gains_.m1);
  visitor("m2", gains_.m2);
  visitor("m0", gains_.m0);
  visitor("initial", gains_.initial);
  visitor("statistics", statistics_);
  visitor("velocity", velocity_);
}

}  // namespace efferent
