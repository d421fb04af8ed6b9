#pragma once

#include <Eigen/Core>
#include <optional>

#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Velocity, position and a constant.
inline constexpr int kMaxRegressors = 2 * kMaxDimensions + 1;

/// At most kMaxRegressors a side, on the stack, so that they never allocate.
using SmallMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxRegressors, kMaxRegressors>;
using SmallVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMaxRegressors, 1>;

/// A linear Gaussian model of intended velocity and how channels are tuned to it, and to known
/// inputs s if there are any (I of them):
///   v[k] = A v[k-1] + w,  w ~ N(0, W);   u[k] = C v[k] + B s[k] + d + q,  q ~ N(0, Q)
struct TuningModel {
  SmallMatrix a, w;   ///< D x D.
  Eigen::MatrixXd c;  ///< num_channels x D.
  Eigen::MatrixXd b;  ///< num_channels x I.
  Eigen::VectorXd d;  ///< num_channels.
  Eigen::VectorXd q;  ///< num_channels: diagonal of Q, > 0.
};

/// Sufficient statistics of labelled bins with exponential forgetting, and the least-squares fit to
/// them. Real-time safe after construction.
class TuningStatistics {
 public:
  /// `keep`: share that is kept of all statistics at each labelled bin. `ridge`: on the tuning
  /// coefficients of velocity and of the inputs, in bins in which either is as large as labels are
  /// (root mean square): inputs come in units in which they vary about as much as velocities.
  TuningStatistics(int num_channels, int num_dimensions, int num_inputs, double keep, double ridge);

  /// Adds bin k: label v, D; known inputs s, I; features u, num_channels.
  void Add(const SmallVector& velocity, const SmallVector& inputs,
           const Eigen::VectorXd& features) noexcept;

  /// The next bin does not follow on the last (a bin without a label).
  void Break() noexcept { previous_.reset(); }

  /// A trial begins. The filter starts it at rest, so what is wanted in the first bin is a step of the
  /// process like any other; without it labels that are constant within a trial would need no noise
  /// W, and a filter without W listens to no neuron.
  void StartAtRest() noexcept { previous_ = SmallVector::Zero(dimensions_); }

  void Clear() noexcept;

  /// Puts into `latent`, made for L channels, the statistics of l = beta (u - mean) instead of u.
  /// gain: beta', num_channels x L; squares: sum l^2, L.
  void Project(const Eigen::MatrixXd& gain, const Eigen::VectorXd& mean,
               const Eigen::VectorXd& squares, TuningStatistics* latent) const noexcept;

  /// Mean of the inputs, I; after labels have come.
  SmallVector MeanInputs() const noexcept;

  /// Covariance of the labels, D x D; after labels have come.
  SmallMatrix LabelCovariance() const noexcept;

  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

  /// Labelled bins, later ones weighing more.
  double weight() const { return weight_; }

  /// Fits the model. False, and the model is of no use, while there is too little evidence (fewer
  /// labelled bins than 2 (D + I + 1), or labels that do not span all dimensions). An input that
  /// never varied is given no effect.
  bool Fit(TuningModel* model) const noexcept;

 private:
  int dimensions_, num_inputs_;
  double keep_, ridge_;
  std::optional<SmallVector> previous_;  // v[k-1]
  double weight_ = 0.0;                  // of all labelled bins
  double pair_weight_ = 0.0;             // of all pairs of consecutive ones
  SmallMatrix vv_;                       // sum r r', r = [v; s; 1]: R x R, R = D + I + 1
  Eigen::MatrixXd uv_;                   // sum u r', num_channels x R
  Eigen::VectorXd uu_;                   // sum u^2, num_channels
  SmallMatrix before_, across_, after_;  // sums of v- v-', v v-', v v', D x D
};

}  // namespace efferent
