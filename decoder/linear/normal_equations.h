#pragma once

#include <Eigen/Core>

namespace efferent {

class StateVisitor;

/// Ridge regression on samples that come one at a time, with exponential forgetting, solved by a
/// bounded amount of work a sample. F features, D outputs; n: all samples so far, later ones weigh
/// more:
///   G = sum keep^(n-k) phi phi',  B = sum keep^(n-k) phi y',  r = ridge trace(G) / F / sum keep^(n-k)
///   (G + r I)(W - W_0) = B - G W_0
/// W_0, where the ridge pulls, is zero, or what the weights were when the evidence was forgotten.
/// `ridge` counts samples, whatever the scale of the features. The solution is followed by
/// preconditioned conjugate gradients (Jacobi), warm-started: one sample moves the solution
/// little, so a few iterations a sample keep up with it, where a factorisation would cost F^3.
/// After Chang & Willson, IEEE Trans Signal Process 48:409 (2000), who show that one iteration a
/// sample converges like recursive least squares. Costs (2 D + 1) F^2 multiplications for adding and
/// each iteration. Unlike recursive least squares nothing can drift: errors of rounding are not
/// carried from one solution to the next. Real-time safe after construction.
class NormalEquations {
 public:
  NormalEquations(int num_features, int num_dimensions, double keep, double ridge);

  /// Adds a sample. phi: F; y: D.
  void Add(const Eigen::VectorXd& phi, const Eigen::VectorXd& y) noexcept;

  /// Improves w, F x D, by `num_iterations` iterations per column.
  void Improve(int num_iterations, Eigen::MatrixXd* w) noexcept;

  /// Forgets all samples; the ridge pulls towards `w` from now on.
  void Clear(const Eigen::MatrixXd& w) noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  /// image_ = (G + r I) x, x: F x D.
  void Apply(const Eigen::MatrixXd& x) noexcept;
  double Regularization() const noexcept;

  double keep_, ridge_;
  double weight_ = 0.0;                           // sum keep^(n-k)
  Eigen::MatrixXd g_;                             // G, F x F, lower triangle
  Eigen::MatrixXd b_;                             // B, F x D
  Eigen::MatrixXd anchor_;                        // W_0, F x D
  Eigen::MatrixXd residual_, direction_, image_;  // F x D
  Eigen::VectorXd energy_;                        // D, residual' scale residual
  Eigen::VectorXd scale_;                         // F, 1 / diagonal of G + r I: the preconditioner
};

}  // namespace efferent
