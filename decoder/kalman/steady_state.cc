#include "decoder/kalman/steady_state.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <stdexcept>

namespace efferent {
namespace {

// The Riccati equation is warm-started from the last fit's covariance, so a few iterations a bin
// keep up with it.
constexpr int kIterations = 20;

constexpr int kMaxIterations = 100'000;
constexpr double kTolerance = 1e-13;

}  // namespace

void SteadyStateCovariance(const SmallMatrix& a, const SmallMatrix& w,
                           const SmallMatrix& information, SmallMatrix* covariance,
                           Eigen::MatrixXd* m1) noexcept {
  const Eigen::Index n = a.rows();
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const SmallMatrix predicted = a * *covariance * a.transpose() + w;
    const SmallMatrix posterior_information = SmallMatrix(predicted.inverse()) + information;
    *covariance = posterior_information.inverse();
  }
  const SmallMatrix remaining = SmallMatrix::Identity(n, n) - *covariance * information;
  *m1 = remaining.lazyProduct(a);
}

void SteadyStateGains(const TuningModel& model, SmallMatrix* covariance, Eigen::MatrixXd* m1,
                      Eigen::MatrixXd* m2) noexcept {
  const Eigen::Index n = model.a.rows();
  SmallMatrix information(n, n);  // C' Q^-1 C
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      information(i, j) = (model.c.col(i).array() * model.c.col(j).array() / model.q.array()).sum();
    }
  }
  SteadyStateCovariance(model.a, model.w, information, covariance, m1);
  // A row at a time.
  for (Eigen::Index i = 0; i < n; ++i) {
    m2->row(i).setZero();
    for (Eigen::Index j = 0; j < n; ++j) {
      m2->row(i).array() +=
          (*covariance)(i, j) * (model.c.col(j).array() / model.q.array()).transpose();
    }
  }
}

Eigen::MatrixXd SteadyStateGain(const Eigen::MatrixXd& a, const Eigen::MatrixXd& c,
                                const Eigen::MatrixXd& w, const Eigen::MatrixXd& q) {
  const Eigen::Index n = a.rows();
  if (a.cols() != n || w.rows() != n || w.cols() != n || c.cols() != n || q.rows() != c.rows() ||
      q.cols() != c.rows()) {
    throw std::invalid_argument("A and W must be D x D, C M x D, Q M x M");
  }
  const Eigen::LLT<Eigen::MatrixXd> q_llt(q);
  if (q_llt.info() != Eigen::Success) {
    throw std::invalid_argument("Q is not positive definite");
  }
  const Eigen::MatrixXd weighted = q_llt.solve(c).transpose();  // C' Q^-1
  const Eigen::MatrixXd information = weighted * c;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Identity(n, n);
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    const Eigen::MatrixXd predicted = a * covariance * a.transpose() + w;
    const Eigen::MatrixXd next =
        (Eigen::MatrixXd::Identity(n, n) + predicted * information).lu().solve(predicted);
    const double change = (next - covariance).norm();
    if (!std::isfinite(change)) break;
    covariance = 0.5 * (next + next.transpose());
    if (change <= kTolerance * covariance.norm()) return covariance * weighted;
  }
  throw std::invalid_argument("the covariance does not converge: is A, C observable?");
}

}  // namespace efferent
