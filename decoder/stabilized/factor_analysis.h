#pragma once

#include <Eigen/Core>

#include "decoder/stabilized/moments.h"

namespace efferent {

class StateVisitor;

/// Latents at most, so that latent-sized matrices lie on the stack.
inline constexpr int kMaxLatents = 32;
using LatentMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxLatents, kMaxLatents>;
using LatentVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMaxLatents, 1>;

/// Factor analysis: u = C l + d + e,  l ~ N(0, I),  e ~ N(0, diag(psi)); d is the mean of u.
struct FactorModel {
  Eigen::MatrixXd loadings;   ///< C, num_channels x L.
  Eigen::VectorXd variances;  ///< psi, num_channels, > 0: what each channel does for itself.
};

/// Expectation-maximisation for factor analysis on the covariance S of the data, which is all that
/// it needs (Rubin & Thayer, Psychometrika 47:69, 1982; Ghahramani & Hinton, 1996):
///   beta = C' (C C' + Psi)^-1 = (I + C' Psi^-1 C)^-1 C' Psi^-1
///   C <- S beta' (I - beta C + beta S beta')^-1;   psi <- max(diag(S) - rowsum(S beta' o C), floor)
/// An iteration costs num_channels^2 L. It comes in three parts, the middle one by columns of S, so
/// that it can be spread over bins. Real-time safe after construction.
class FactorAnalysisEm {
 public:
  /// 1 <= num_latents <= kMaxLatents.
  FactorAnalysisEm(int num_channels, int num_latents);

  /// Starts an iteration from `model`.
  void Begin(const FactorModel& model) noexcept;

  /// Takes in up to `num_columns` further columns of S; whether all of them are in now.
  bool AddColumns(const Moments& data, int num_columns) noexcept;

  /// Ends the iteration; `model` is the one that Begin was given. Returns the log likelihood per
  /// sample that it had before.
  double Finish(const Moments& data, double min_variance, FactorModel* model) noexcept;

  /// The three in one.
  double Iterate(const Moments& data, double min_variance, FactorModel* model) noexcept;

  /// beta', num_channels x L, of the model that Begin was given: latents are beta (u - d).
  const Eigen::MatrixXd& gain() const { return gain_; }
  /// beta S beta', L x L: covariance of the latents. After AddColumns has said true.
  LatentMatrix LatentCovariance() const noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  Eigen::Index next_column_ = 0;
  LatentMatrix posterior_;        // (I + C' Psi^-1 C)^-1: covariance of l given u
  double log_determinant_ = 0.0;  // of C C' + Psi
  Eigen::MatrixXd weighted_;      // Psi^-1 C, num_channels x L
  Eigen::MatrixXd gain_;          // beta', num_channels x L
  Eigen::MatrixXd projected_;     // S beta', num_channels x L
  Eigen::VectorXd column_;        // of S, num_channels
};

/// Settings of FitFactorAnalysis.
struct FactorFitOptions {
  double tolerance = 1e-3;     ///< Ends when the log likelihood of all samples rises by no more.
  double min_variance = 0.01;  ///< Floor of psi, against Heywood cases.
  int max_iterations = 100'000;
};

struct FactorFit {
  FactorModel model;
  int num_iterations = 0;
  double log_likelihood = 0.0;  ///< Of all samples.
};

/// Fits by EM from `start` (psi below the floor is raised to it first). For set-up. data: the
/// samples, all of equal weight.
/// @throws std::invalid_argument if shapes disagree or there are fewer than two samples.
FactorFit FitFactorAnalysis(const Moments& data, const FactorModel& start,
                            const FactorFitOptions& options);

}  // namespace efferent
