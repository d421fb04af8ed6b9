#pragma once

#include <Eigen/Core>
#include <optional>

#include "decoder/types.h"

namespace efferent {

/// At most 4 x 4, on the stack: what is as small as the number of dimensions never allocates.
using SmallMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 4, 4>;
using SmallVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 4, 1>;

/// A linear Gaussian model of intended velocity and how channels are tuned to it; see
/// KalmanDecoder.
struct TuningModel {
  SmallMatrix a, w;   ///< D x D.
  Eigen::MatrixXd c;  ///< num_channels x D.
  Eigen::VectorXd d;  ///< num_channels.
  Eigen::VectorXd q;  ///< num_channels: diagonal of Q, > 0.
};

/// Sufficient statistics of labelled bins with exponential forgetting, and the least-squares fit to
/// them. Real-time safe after construction.
class TuningStatistics {
 public:
  /// `keep`: share that is kept of all statistics at each labelled bin. `ridge`: on the tuning
  /// coefficients, in bins.
  TuningStatistics(int num_channels, int num_dimensions, double keep, double ridge);

  /// Adds bin k: label v, D; features u, num_channels.
  void Add(const SmallVector& velocity, const Eigen::VectorXd& features) noexcept;

  /// The next bin does not follow on the last (a bin without a label, a new trial).
  void Break() noexcept { previous_.reset(); }

  void Clear() noexcept;

  /// Fits the model. False, and the model is of no use, while there is too little evidence (fewer
  /// labelled bins than 2 (D + 1), or labels that do not span all dimensions).
  bool Fit(TuningModel* model) const noexcept;

 private:
  int dimensions_;
  double keep_, ridge_;
  std::optional<SmallVector> previous_;  // v[k-1]
  double weight_ = 0.0;                  // of all labelled bins
  double pair_weight_ = 0.0;             // of all pairs of consecutive ones
  SmallMatrix vv_;                       // sum [v; 1] [v; 1]', (D+1) x (D+1)
  Eigen::MatrixXd uv_;                   // sum u [v; 1]', num_channels x (D+1)
  Eigen::VectorXd uu_;                   // sum u^2, num_channels
  SmallMatrix before_, across_, after_;  // sums of v- v-', v v-', v v', D x D
};

}  // namespace efferent
