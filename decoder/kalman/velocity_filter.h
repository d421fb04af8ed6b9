#pragma once

#include <Eigen/Core>

#include "decoder/kalman/tuning_statistics.h"
#include "decoder/types.h"

namespace efferent {

/// A step of a filter in steady state, D dimensions, which is what all Kalman decoders come to:
///   v[k] = M0 + M1 v[k-1] + M2 u[k]
/// m0: D; m1: D x D; m2: D x num_channels; input u: num_channels; velocity: v[k-1], becomes v[k].
/// Returns v[k], m/s. Real-time safe.
inline TaskVector AdvanceVelocity(const SmallVector& m0, const Eigen::MatrixXd& m1,
                                  const Eigen::MatrixXd& m2, const Eigen::VectorXd& input,
                                  Eigen::VectorXd* velocity) noexcept {
  SmallVector next = m0;
  next.noalias() += m1.lazyProduct(*velocity);
  next.noalias() += m2.lazyProduct(input);
  *velocity = next;
  return ToTaskVector(*velocity);
}

}  // namespace efferent
