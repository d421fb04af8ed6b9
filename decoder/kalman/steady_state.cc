#include "decoder/kalman/steady_state.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <stdexcept>

namespace efferent {
namespace {

// Each doubles the number of bins that the filter has run: 65,536 bins if it takes that many.
constexpr int kDoublings = 16;

constexpr int kMaxIterations = 100'000;
constexpr double kTolerance = 1e-13;

}  // namespace

SmallMatrix SteadyStateCovariance(const SmallMatrix& a, const SmallMatrix& w,
                                  const SmallMatrix& information, Eigen::MatrixXd* m1) noexcept {
  const SmallMatrix identity = SmallMatrix::Identity(a.rows(), a.rows());
  SmallMatrix step = a.transpose();
  SmallMatrix seen = information;
  SmallMatrix prior = w;
  for (int doubling = 0; doubling < kDoublings; ++doubling) {
    const SmallMatrix unseen = SmallMatrix(identity + seen * prior).inverse();
    const SmallMatrix through = unseen * step;
    const SmallMatrix gained = step.transpose() * prior * through;
    const SmallMatrix later = prior + 0.5 * (gained + gained.transpose());
    // It grows without bound where velocities that no channel says are said to grow.
    if (!later.allFinite()) break;
    prior = later;
    if (gained.norm() <= kTolerance * prior.norm()) break;
    seen += SmallMatrix(step * unseen * seen * step.transpose());
    step = SmallMatrix(step * through);
  }
  SmallMatrix covariance = prior * SmallMatrix(identity + information * prior).inverse();
  covariance = 0.5 * (covariance + covariance.transpose()).eval();
  const SmallMatrix remaining = identity - covariance * information;
  *m1 = remaining.lazyProduct(a);
  return covariance;
}

void SteadyStateGains(const TuningModel& model, Eigen::MatrixXd* m1, Eigen::MatrixXd* m2) noexcept {
  const Eigen::Index n = model.a.rows();
  SmallMatrix information(n, n);  // C' Q^-1 C
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      information(i, j) = (model.c.col(i).array() * model.c.col(j).array() / model.q.array()).sum();
    }
  }
  const SmallMatrix covariance = SteadyStateCovariance(model.a, model.w, information, m1);
  // A row at a time.
  for (Eigen::Index i = 0; i < n; ++i) {
    m2->row(i).setZero();
    for (Eigen::Index j = 0; j < n; ++j) {
      m2->row(i).array() +=
          covariance(i, j) * (model.c.col(j).array() / model.q.array()).transpose();
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
