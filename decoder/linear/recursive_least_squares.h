#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "decoder/kernels/kernels.h"
#include "decoder/kernels/padded.h"

namespace efferent {

class StateVisitor;

/// Recursive least squares with exponential forgetting; Haykin, Adaptive Filter Theory, 4th ed.,
/// table 9.1. F features, D outputs, e: evidence in the sample.
///   q = P phi;  k = q / (lambda / e + phi' q);  w <- w - k (w' phi - y)';  P <- (P - k q') / lambda
/// P in double precision. Forgetting without excitation would let P grow without bound (a channel
/// that fell silent): a feature whose variance passes ten times its initial value 1 / ridge is
/// scaled back to that, which keeps P positive definite. Where the features say less than their
/// number for long, rounding may end that all the same (Ljung and Ljung, Automatica 21, 1985): a P
/// that is seen to be no covariance goes back to I / ridge, and the weights stay.
///
/// P is what an update touches, so it is touched once: P = inflation C p C, where forgetting scales
/// the number inflation, scaling back the diagonal matrix C, and p, of which the lower half is kept
/// (in tiles, see Kernels::UpdateAndMultiply), is brought up to date with the last sample while it
/// is multiplied with the next one. That may be spread over several bins. Real-time safe after
/// construction.
class RecursiveLeastSquares {
 public:
  RecursiveLeastSquares(int num_features, double forgetting, double ridge,
                        const kernels::Kernels& kernels = kernels::Kernels());

  /// Learns from one sample. phi: F; error: D <= 3, w' phi - y; evidence: what the sample counts,
  /// > 0, 1 is a full one; w: F x D.
  void Update(const Eigen::Ref<const Eigen::VectorXd>& phi, const Eigen::VectorXd& error,
              double evidence, Eigen::MatrixXd* w) noexcept;

  /// The same in `num_parts` parts of about equal cost: takes the sample, and part 0, 1, ... of what
  /// it teaches; w changes with the last one, to the same bits. Without a sample, nothing.
  void Take(const Eigen::Ref<const Eigen::VectorXd>& phi, const Eigen::VectorXd& error,
            double evidence) noexcept;
  void Advance(std::size_t part, std::size_t num_parts, Eigen::MatrixXd* w) noexcept;

  /// Bytes of P, all of which an update reads and writes.
  static std::size_t NumBytes(int num_features);

  /// Back to P = I / ridge; a sample in hand is dropped.
  void Reset() noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

  /// Variance of the weight of feature i: P(i, i).
  double variance(Eigen::Index i) const {
    const auto at = static_cast<std::size_t>(i);
    return inflation_ * cap_[at] * cap_[at] * diagonal_[at];
  }

 private:
  /// Once q is known.
  void Finish(Eigen::MatrixXd* w) noexcept;
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

  // The sample in hand, and the column of tiles of p that is multiplied with it next.
  bool has_sample_ = false;
  Eigen::Vector3d error_ = Eigen::Vector3d::Zero();  // the first D
  double evidence_ = 0.0;
  std::size_t next_column_ = 0;
};

}  // namespace efferent
