#pragma once

#include <Eigen/Core>

#include "decoder/snn/lif_network.h"

namespace efferent {

/// What each synapse remembers of its past so that an error that comes later can be blamed on it:
/// e-prop, Bellec et al., Nat Commun 11:3625 (2020), eq. 22-28. For synapse i -> j and time step t:
///   xbar_i[t]   = alpha xbar_i[t-1] + s_i[t]             s: x[t] for inputs, z[t-1] for neurons
///   e_ji[t]     = psi_j[t] (xbar_i[t] - beta eps_ji[t])
///   eps_ji[t+1] = psi_j[t] xbar_i[t] + (rho - beta psi_j[t]) eps_ji[t]    adaptive neurons only
///   ebar_ji[t]  = kappa ebar_ji[t-1] + e_ji[t]           kappa: leak of the readout's spike filter
/// The gradient of a loss L of the filtered spikes zbar = kappa zbar + z is then dL/dW_ji =
/// (dL/dzbar_j) ebar_ji: exact for weights whose spikes do not come back through the network, an
/// approximation (no credit through other neurons) for those that do. The reset is treated as a
/// constant, as in the source. Memory does not grow with time. Real-time safe after construction.
class EligibilityTraces {
 public:
  EligibilityTraces(const LifNetworkParams& params, float kappa);

  /// Advances by one time step. psi: N; sources: I + N, [x[t]; z[t-1]].
  void Advance(const Eigen::VectorXf& psi, const Eigen::VectorXf& sources) noexcept;

  void Reset() noexcept;

  /// ebar, N x (I + N), laid out as LifNetwork::weights().
  const Eigen::MatrixXf& filtered() const { return filtered_; }

 private:
  LifNetworkParams params_;
  float kappa_;
  Eigen::VectorXf presynaptic_;  // xbar, I + N
  Eigen::MatrixXf adaptation_;   // eps, num_adaptive x (I + N)
  Eigen::MatrixXf filtered_;     // ebar, N x (I + N)
};

}  // namespace efferent
