#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "decoder/kernels/kernels.h"
#include "decoder/kernels/padded.h"
#include "decoder/snn/adam.h"
#include "decoder/snn/lif_network.h"

namespace efferent {

class StateVisitor;

/// What a bin's S steps did, as learning needs it after the bin.
struct BinActivity {
  BinActivity(int num_inputs, int num_neurons, int num_steps)
      : x(num_inputs), spikes(num_neurons, num_steps), psi(num_neurons, num_steps) {}

  kernels::PaddedVector x;       ///< I: inputs, the same in every step.
  kernels::PaddedMatrix spikes;  ///< N x S: z[t-1], what arrived at step t.
  kernels::PaddedMatrix psi;     ///< N x S: psi[t].
};

/// What each synapse remembers of its past so that an error that comes later can be blamed on it:
/// e-prop, Bellec et al., Nat Commun 11:3625 (2020), eq. 22-28. For synapse i -> j and time step t:
///   xbar_i[t]   = alpha xbar_i[t-1] + s_i[t]             s: x[t] for inputs, z[t-1] for neurons
///   e_ji[t]     = psi_j[t] (xbar_i[t] - beta eps_ji[t])
///   eps_ji[t+1] = psi_j[t] xbar_i[t] + (rho - beta psi_j[t]) eps_ji[t]    adaptive neurons only
///   ebar_ji[t]  = kappa ebar_ji[t-1] + e_ji[t]           kappa: leak of the readout's spike filter
/// The gradient of a loss L of the filtered spikes zbar = kappa zbar + z is then dL/dW_ji =
/// (dL/dzbar_j) ebar_ji: exact for weights whose spikes do not come back through the network, an
/// approximation (no credit through other neurons) for those that do. The reset is treated as a
/// constant, as in the source. Memory does not grow with time.
///
/// All steps of a bin are taken in one pass over the synapses, at a cost that does not grow with
/// their number (kernels/synapse_kernels.h), and the weights can be updated in the same pass.
/// Real-time safe after construction.
class EligibilityTraces {
 public:
  /// Bins of `num_steps` steps.
  EligibilityTraces(const LifNetworkParams& params, float kappa, int num_steps,
                    const kernels::Kernels& kernels = kernels::Kernels());

  /// Advances by one bin.
  void Advance(const BinActivity& bin) noexcept;

  /// Advances by one bin; then W_ji <- W_ji - Adam(L_j ebar_ji). L: N; weights: N x (I + N).
  void AdvanceAndDescend(const BinActivity& bin, const Eigen::VectorXf& learning_signal,
                         SynapticAdam* adam, kernels::PaddedMatrix* weights) noexcept;

  void Reset() noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

  /// ebar, N x (I + N), laid out as LifNetwork::weights().
  kernels::PaddedMatrix::ConstView filtered() const { return filtered_.view(); }

 private:
  kernels::BinFold Fold(const BinActivity& bin) noexcept;
  /// What the pass over the synapses is to do; without Adam.
  kernels::SynapseBin Pass(const BinActivity& bin, const kernels::BinFold& fold) noexcept;

  LifNetworkParams params_;
  float kappa_;
  kernels::Kernels kernels_;
  kernels::PaddedVector beta_;  // N, 0 for neurons that are not adaptive

  // State.
  kernels::PaddedVector presynaptic_x_, presynaptic_z_;  // xbar, I and N
  // Adaptive neurons begin within some block of eight; eps has rows from that block's first neuron.
  Eigen::Index first_adaptive_;
  kernels::PaddedMatrix adaptation_;  // eps, (N - first_adaptive) x (I + N)
  kernels::PaddedMatrix filtered_;    // ebar, N x (I + N)

  // Of the current bin: see kernels::BinFold.
  float filtered_keep_ = 0.0f;
  kernels::PaddedVector filtered_of_adaptation_, adaptation_keep_;   // N
  kernels::PaddedMatrix filtered_of_source_, adaptation_of_source_;  // N x (S + 1)
  std::vector<std::size_t> spike_offsets_;                           // S
  kernels::PaddedVector learning_signal_;                            // N
};

}  // namespace efferent
