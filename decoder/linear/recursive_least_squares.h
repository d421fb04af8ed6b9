#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "decoder/kernels/kernels.h"
#include "decoder/kernels/padded.h"
#include "decoder/types.h"

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
/// P is what an update touches, and what it costs. So it is touched once, for several samples: P =
/// inflation C p C, where forgetting scales the number inflation, scaling back the diagonal matrix C, and
/// p, of which the lower half is kept (in tiles, see Kernels::UpdateAndMultiply), is brought up to date
/// with the samples of the last pass while it is multiplied with those of the next one. They teach what
/// they would one by one, for with p phi known for each,
///   q_k = p phi_k - sum_(j<k) u_j (u_j' phi_k),   u_j u_j': what sample j takes from p
/// A pass may be spread over several bins. Real-time safe after construction.
class RecursiveLeastSquares {
 public:
  /// `max_samples`: that wait for a pass at most, 1 or more.
  RecursiveLeastSquares(int num_features, double forgetting, double ridge,
                        const kernels::Kernels& kernels = kernels::Kernels(),
                        std::size_t max_samples = 1);

  /// Learns from one sample. phi: F; error: D <= kMaxDimensions, w' phi - y; evidence: what the sample counts,
  /// > 0, 1 is a full one; w: F x D.
  void Update(const Eigen::Ref<const Eigen::VectorXd>& phi, const Eigen::VectorXd& error,
              double evidence, Eigen::MatrixXd* w) noexcept;

  /// The same in two steps. A sample waits; of more than `max_samples` the last are lost. error: with the
  /// present w, which does not know of those that wait.
  void Take(const Eigen::Ref<const Eigen::VectorXd>& phi, const Eigen::VectorXd& error,
            double evidence) noexcept;
  /// Learns from those that wait, in `num_parts` parts of about equal cost: 0, 1, ..., with no sample
  /// taken in between. w changes with the last one, to the same bits. Without a sample, nothing.
  void Advance(std::size_t part, std::size_t num_parts, Eigen::MatrixXd* w) noexcept;

  /// Bytes of P, all of which an update reads and writes.
  static std::size_t NumBytes(int num_features);

  /// Back to P = I / ridge; samples that wait are dropped.
  void Reset() noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

  /// Variance of the weight of feature i: P(i, i).
  double variance(Eigen::Index i) const {
    const auto at = static_cast<std::size_t>(i);
    return inflation_ * cap_[at] * cap_[at] * diagonal_[at];
  }

 private:
  /// What the pass has left to do, once p phi is known of each sample.
  void Finish(Eigen::MatrixXd* w) noexcept;
  /// The same for sample k: q, w and p, which takes `pending` number k. False: p is no covariance.
  bool FinishSample(std::size_t k, Eigen::MatrixXd* w) noexcept;
  /// Scales back what has grown too large. False: p is no covariance.
  bool CapVariances() noexcept;
  /// p <- inflation C p C, and 1 for the factors.
  void FoldFactors() noexcept;
  std::size_t size() const { return cap_.size(); }

  double forgetting_, initial_variance_;
  kernels::Kernels kernels_;
  std::size_t num_features_, num_tiles_;  // along a side of p

  double inflation_ = 1.0;
  kernels::CacheLineVector<double> cap_;       // the diagonal of C
  kernels::CacheLineVector<double> diagonal_;  // that of p, up to date
  kernels::CacheLineVector<double> tiles_;     // p, before - pending pending', for each of these
  kernels::CacheLineVector<double> pending_;
  std::size_t num_pending_ = 0;

  // The samples that wait, one after the other, and the column of tiles that is multiplied next.
  struct Sample {
    TaskVector error;  // the first D
    double evidence = 0.0;
    double gain_per_error = 0.0;  // w <- w - gain_per_error C q error'
    void VisitState(StateVisitor& visitor);
  };
  std::vector<Sample> samples_;                  // max_samples
  kernels::CacheLineVector<double> scaled_phi_;  // C phi
  kernels::CacheLineVector<double> q_;           // p C phi
  std::size_t num_samples_ = 0;
  std::size_t next_column_ = 0;
};

}  // namespace efferent
