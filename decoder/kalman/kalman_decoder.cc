#include "decoder/kalman/kalman_decoder.h"

#include <Eigen/LU>
#include <string>

#include "decoder/exponential_decay.h"

namespace efferent {
namespace {

// The Riccati equation is warm-started from the last fit's covariance, so a few iterations a bin
// keep up with it.
constexpr int kRiccatiIterations = 20;

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
      statistics_(num_channels, num_dimensions, KeptWithHalfLife(params.half_life_s, bin_width_ns),
                  params.ridge),
      covariance_(SmallMatrix::Identity(num_dimensions, num_dimensions)),
      velocity_(gains_.initial),
      features_(Eigen::VectorXd::Zero(num_channels)) {
  model_.c = Eigen::MatrixXd::Zero(num_channels, num_dimensions);
  model_.d = Eigen::VectorXd::Zero(num_channels);
  model_.q = Eigen::VectorXd::Ones(num_channels);
}

Vec3 KalmanDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  features_ = features.cast<double>();
  SmallVector next = gains_.m0;
  next.noalias() += gains_.m1.lazyProduct(velocity_);
  next.noalias() += gains_.m2.lazyProduct(features_);
  velocity_ = next;
  Vec3 result = Vec3::Zero();
  result.head(velocity_.size()) = velocity_;
  return result;
}

void KalmanDecoder::Learn(const std::optional<Vec3>& intended_velocity_m_s) noexcept {
  if (fixed_) return;
  if (!intended_velocity_m_s) {
    statistics_.Break();
    return;
  }
  statistics_.Add(intended_velocity_m_s->head(velocity_.size()), features_);
  Fit();
}

void KalmanDecoder::Fit() noexcept {
  if (!statistics_.Fit(&model_)) return;
  const Eigen::Index n = velocity_.size();
  SmallMatrix information(n, n);  // C' Q^-1 C
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      information(i, j) =
          (model_.c.col(i).array() * model_.c.col(j).array() / model_.q.array()).sum();
    }
  }
  for (int iteration = 0; iteration < kRiccatiIterations; ++iteration) {
    const SmallMatrix predicted = model_.a * covariance_ * model_.a.transpose() + model_.w;
    const SmallMatrix posterior_information = SmallMatrix(predicted.inverse()) + information;
    covariance_ = posterior_information.inverse();
  }
  // M2 = K = P C' Q^-1, a row at a time; M1 = (I - K C) A; M0 = -K d.
  for (Eigen::Index i = 0; i < n; ++i) {
    gains_.m2.row(i).setZero();
    for (Eigen::Index j = 0; j < n; ++j) {
      gains_.m2.row(i).array() +=
          covariance_(i, j) * (model_.c.col(j).array() / model_.q.array()).transpose();
    }
    gains_.m0[i] = -gains_.m2.row(i).dot(model_.d);
  }
  const SmallMatrix remaining = SmallMatrix::Identity(n, n) - covariance_ * information;
  gains_.m1 = remaining.lazyProduct(model_.a);
}

void KalmanDecoder::ResetActivity() noexcept {
  velocity_ = gains_.initial;
  statistics_.Break();
}

void KalmanDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  gains_ = static_cast<const KalmanDecoder&>(other).gains_;
}

void KalmanDecoder::ForgetEvidence() noexcept {
  statistics_.Clear();
  covariance_.setIdentity();
}

bool KalmanDecoder::IsHealthy() const noexcept {
  return gains_.m1.allFinite() && gains_.m2.allFinite() && gains_.m0.allFinite();
}

std::unique_ptr<Decoder> KalmanDecoder::Clone() const {
  return std::make_unique<KalmanDecoder>(*this);
}

}  // namespace efferent
