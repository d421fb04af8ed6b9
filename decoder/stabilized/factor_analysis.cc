#include "decoder/stabilized/factor_analysis.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "decoder/state_visitor.h"

namespace efferent {

FactorAnalysisEm::FactorAnalysisEm(int num_channels, int num_latents)
    : posterior_(LatentMatrix::Identity(num_latents, num_latents)),
      weighted_(Eigen::MatrixXd::Zero(num_channels, num_latents)),
      gain_(weighted_),
      projected_(weighted_),
      column_(Eigen::VectorXd::Zero(num_channels)) {}

void FactorAnalysisEm::Begin(const FactorModel& model) noexcept {
  const Eigen::Index latents = gain_.cols();
  for (Eigen::Index j = 0; j < latents; ++j) {
    weighted_.col(j) = model.loadings.col(j).cwiseQuotient(model.variances);
  }
  LatentMatrix precision = LatentMatrix::Identity(latents, latents);  // I + C' Psi^-1 C
  for (Eigen::Index i = 0; i < latents; ++i) {
    for (Eigen::Index j = 0; j < latents; ++j) {
      precision(i, j) += model.loadings.col(i).dot(weighted_.col(j));
    }
  }
  const Eigen::LLT<LatentMatrix> factor(precision);
  posterior_ = factor.solve(LatentMatrix(LatentMatrix::Identity(latents, latents)));
  log_determinant_ = model.variances.array().log().sum();
  for (Eigen::Index i = 0; i < latents; ++i) {
    log_determinant_ += 2.0 * std::log(factor.matrixLLT()(i, i));
  }
  gain_.setZero();
  for (Eigen::Index j = 0; j < latents; ++j) {
    for (Eigen::Index i = 0; i < latents; ++i) gain_.col(j) += posterior_(i, j) * weighted_.col(i);
  }
  projected_.setZero();
  next_column_ = 0;
}

bool FactorAnalysisEm::AddColumns(const Moments& data, int num_columns) noexcept {
  const Eigen::Index n = gain_.rows();
  const Eigen::Index end = std::min<Eigen::Index>(n, next_column_ + num_columns);
  for (; next_column_ < end; ++next_column_) {
    const Eigen::Index k = next_column_;
    const auto below = data.ColumnBelow(k);
    for (Eigen::Index j = 0; j < gain_.cols(); ++j) {
      projected_.col(j).tail(n - k) += gain_(k, j) * below;
      projected_(k, j) += below.tail(n - k - 1).dot(gain_.col(j).tail(n - k - 1));
    }
  }
  return next_column_ == n;
}

LatentMatrix FactorAnalysisEm::LatentCovariance() const noexcept {
  const Eigen::Index latents = gain_.cols();
  LatentMatrix covariance(latents, latents);
  for (Eigen::Index i = 0; i < latents; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) {
      // S may have moved a little while its columns were taken in: the mean of both is symmetric.
      covariance(i, j) =
          0.5 * (gain_.col(i).dot(projected_.col(j)) + gain_.col(j).dot(projected_.col(i)));
      covariance(j, i) = covariance(i, j);
    }
  }
  return covariance;
}

double FactorAnalysisEm::Finish(const Moments& data, double min_variance,
                                FactorModel* model) noexcept {
  const Eigen::Index n = gain_.rows();
  double squares = 0.0;  // tr((C C' + Psi)^-1 S)
  for (Eigen::Index i = 0; i < n; ++i) squares += data.variance(i) / model->variances[i];
  squares -= projected_.cwiseProduct(weighted_).sum();
  const double log_likelihood = -0.5 * (static_cast<double>(n) * std::log(2.0 * std::numbers::pi) +
                                        log_determinant_ + squares);

  // I - beta C is the posterior covariance.
  const LatentMatrix moments = posterior_ + LatentCovariance();
  const Eigen::LLT<LatentMatrix> factor(moments);
  for (Eigen::Index row = 0; row < n; ++row) {
    const LatentVector sums = projected_.row(row).transpose();
    const LatentVector loadings = factor.solve(sums);
    model->loadings.row(row) = loadings.transpose();
    model->variances[row] = std::max(data.variance(row) - loadings.dot(sums), min_variance);
  }
  return log_likelihood;
}

double FactorAnalysisEm::Iterate(const Moments& data, double min_variance,
                                 FactorModel* model) noexcept {
  Begin(*model);
  AddColumns(data, static_cast<int>(gain_.rows()));
  return Finish(data, min_variance, model);
}

FactorFit FitFactorAnalysis(const Moments& data, const FactorModel& start,
                            const FactorFitOptions& options) {
  const Eigen::Index channels = data.mean().size();
  const Eigen::Index latents = start.loadings.cols();
  if (start.loadings.rows() != channels || start.variances.size() != channels || latents < 1 ||
      latents > kMaxLatents) {
    throw std::invalid_argument(
        "loadings must be num_channels x L with 1 <= L <= 32, variances "
        "num_channels");
  }
  if (data.weight() < 2.0) throw std::invalid_argument("needs at least two samples");

  FactorFit fit{start, 0, 0.0};
  fit.model.variances = fit.model.variances.cwiseMax(options.min_variance);
  FactorAnalysisEm em(static_cast<int>(channels), static_cast<int>(latents));
  FactorModel next = fit.model;
  // Each iteration tells the likelihood of the model that it started from.
  fit.log_likelihood = data.weight() * em.Iterate(data, options.min_variance, &next);
  while (fit.num_iterations < options.max_iterations) {
    fit.model = next;
    ++fit.num_iterations;
    const double log_likelihood = data.weight() * em.Iterate(data, options.min_variance, &next);
    const double rise = log_likelihood - fit.log_likelihood;
    fit.log_likelihood = log_likelihood;
    if (!(rise > options.tolerance)) break;
  }
  return fit;
}

void FactorAnalysisEm::VisitState(StateVisitor& visitor) {
  if (!visitor.wants_evidence()) return;
  visitor("next_column", next_column_);
  visitor.Require(next_column_ >= 0 && next_column_ <= gain_.rows(), "next_column", "be a channel");
  visitor("posterior", posterior_);
  visitor("log_determinant", log_determinant_);
  visitor("weighted", weighted_);
  visitor("gain", gain_);
  visitor("projected", projected_);
}

}  // namespace efferent
