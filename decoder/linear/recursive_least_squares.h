#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "decoder/kernels/kernels.h"
#include "decoder/kernels/padded.h"

namespace efferent {

/// Recursive least squares with exponential forgetting; Haykin, Adaptive Filter Theory, 4th ed.,
/// table 9.1. F features, D outputs:
/// e: evidence in the sample.
///   q = P phi;  k = q / (lambda / e + phi' q);  w <- w - k (w' phi - y)';  P <- (P - k q') / lambda
/// P in double precision. Forgetting without excitation would let P grow without bound (a channel
/// that fell silent): a feature whose variance passes ten times its initial value 1 / ridge is
/// scaled back to that, which keeps P positive definite.
///
/// P is what an update touches, so it is touched once: P = inflation C p C, where forgetting scales
/// the number inflation, scaling back the diagonal matrix C, and p, of which the lower half is kept
/// (in tiles, see Kernels::UpdateAndMultiply), is brought up to date with the last sample while it
/// is multiplied with the next one. Real-time safe after construction.
class RecursiveLeastSquares {
 public:
  RecursiveLeastSquares(int num_features, double forgetting, double ridge,
                        const kernels::Kernels& kernels = kernels::Kernels());

  /// Learns from one sample. phi: F; error: D, w' phi - y; evidence: what the sample counts, > 0, 1
  /// is a full one; w: F x D.
  void Update(const Eigen::Ref<const Eigen::VectorXd>& phi, const Eigen::VectorXd& error,
              double evidence, Eigen::MatrixXd* w) noexcept;

  /// Back to P = I / ridge.
  void Reset() noexcept;

  /// Variance of the weight of feature i: P(i, i).
  double variance(Eigen::Index i) const {
    const auto at = static_cast<std::size_t>(i);
    return inflation_ * cap_[at] * cap_[at] * diagonal_[at];
  }

 private:
  /// p <- inflation C p C, and 1 for the factors.
  void FoldFactors() noexcept;

  double forgetting_, initial_variance_;
  kernels::Kernels kernels_;
  std::size_t num_features_, num_tiles_;  // along a side of p

  double inflation_ = 1.0;
  kernels::CacheLineVector<double> cap_;       // the diagonal of C
  kernels::CacheLineVector<double> diagonal_;  // that of p, up to date
  kernels::CacheLineVector<double> tiles_;     // p, before - pending pending'
  kernels::CacheLineVector<double> pending_;
  kernels::CacheLineVector<double> q_;           // p C phi
  kernels::CacheLineVector<double> scaled_phi_;  // C phi
};

}  // namespace efferent
