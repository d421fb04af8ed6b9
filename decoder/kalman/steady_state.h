#pragma once

#include <Eigen/Core>

#include "decoder/kalman/tuning_statistics.h"

namespace efferent {

/// Steady state of the Kalman filter of a TuningModel without its inputs, in information form:
///   P = ((A P A' + W)^-1 + C' Q^-1 C)^-1    D x D
///   K = P C' Q^-1;   M1 = (I - K C) A;   M2 = K
/// so that v[k] = M1 v[k-1] + M2 (u[k] - d). Costs num_channels x D^2 and no channel-sized inverse.
/// m1: D x D; m2: D x num_channels. Real-time safe.
void SteadyStateGains(const TuningModel& model, Eigen::MatrixXd* m1, Eigen::MatrixXd* m2) noexcept;

/// P from what the channels say in sum, C' Q^-1 C, D x D; and M1. For whoever has a full Q. By doubling
/// (Chu et al., Int J Control 77:767-788, 2004): k steps say what 2^k bins of the filter come to, also
/// where W is so small that it takes thousands. Real-time safe.
SmallMatrix SteadyStateCovariance(const SmallMatrix& a, const SmallMatrix& w,
                                  const SmallMatrix& information, Eigen::MatrixXd* m1) noexcept;

/// The converged gain K, D x M, of x[k] = A x[k-1] + w, w ~ N(0, W); y[k] = C x[k] + q, q ~ N(0, Q),
/// with Q full; the equation above iterated until P changes by less than 1e-13 of itself. Wu et al., Neural
/// Comput 18:80-118 (2006), eq. 4-6. Allocates: for set-up. a, w: D x D; c: M x D; q: M x M.
/// @throws std::invalid_argument if shapes disagree, q is not positive definite, or P does not
/// converge within 100,000 iterations.
Eigen::MatrixXd SteadyStateGain(const Eigen::MatrixXd& a, const Eigen::MatrixXd& c,
                                const Eigen::MatrixXd& w, const Eigen::MatrixXd& q);

}  // namespace efferent
