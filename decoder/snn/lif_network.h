#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "decoder/kernels/kernels.h"
#include "decoder/kernels/padded.h"

namespace efferent {

class StateVisitor;

/// Constants of a LifNetwork, per network time step. Shapes: N neurons, I inputs.
struct LifNetworkParams {
  int num_inputs = 0;
  int num_neurons = 0;
  int num_adaptive = 0;  ///< The last ones of the N are adaptive.
  float alpha = 0.0f;    ///< Membrane leak, exp(-dt / tau_m).
  float rho = 0.0f;      ///< Leak of the adaptation, exp(-dt / tau_a).
  float v_th = 1.0f;
  float beta = 0.0f;   ///< Rise of an adaptive neuron's threshold per unit of adaptation.
  float gamma = 0.3f;  ///< Height of the pseudo-derivative.
};

/// Recurrent network of leaky (LIF) and adaptive (ALIF) integrate-and-fire neurons with soft reset;
/// Bellec et al., Nat Commun 11:3625 (2020), eq. 6-11 and 22, with t the network time step:
///   v[t] = alpha v[t-1] + W_in x[t] + W_rec z[t-1] - v_th z[t-1]
///   a[t] = rho a[t-1] + z[t-1];   A[t] = v_th + beta a[t];   z[t] = 1 if v[t] > A[t], else 0
///   psi[t] = gamma / v_th max(0, 1 - |v[t] - A[t]| / v_th)
/// The weights lie in one matrix [W_in | W_rec], N x (I + N), a column for each source, so that the
/// outgoing weights of a neuron that spiked are contiguous, and only those are touched. W_rec has no
/// self-connections. Real-time safe after construction.
class LifNetwork {
 public:
  /// Weights from a normal distribution: input weights of deviation `input_gain` (1 - alpha) v_th /
  /// sqrt(I), recurrent ones `recurrent_gain` (1 - alpha) v_th / sqrt(N).
  LifNetwork(const LifNetworkParams& params, float input_gain, float recurrent_gain,
             std::uint64_t seed, const kernels::Kernels& kernels = kernels::Kernels());

  /// Sets the input that all following steps see, until the next call. x: I.
  void SetInput(const Eigen::Ref<const Eigen::VectorXf>& x) noexcept;

  /// Advances by one time step.
  void Advance() noexcept;

  /// Membranes, adaptation and spikes to zero.
  void ResetActivity() noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

  const LifNetworkParams& params() const { return params_; }
  const kernels::Kernels& kernels() const { return kernels_; }
  kernels::PaddedMatrix::View weights() { return weights_.view(); }             ///< N x (I + N)
  kernels::PaddedMatrix::ConstView weights() const { return weights_.view(); }  ///< N x (I + N)
  kernels::PaddedMatrix& padded_weights() { return weights_; }                  ///< N x (I + N)
  Eigen::Map<const Eigen::VectorXf> v() const { return v_.view(); }             ///< N
  Eigen::Map<const Eigen::VectorXf> a() const { return a_.view(); }             ///< N, zero for LIF
  /// N, 0 or 1: spikes of the last step.
  Eigen::Map<const Eigen::VectorXf> z() const { return z_.view(); }
  Eigen::Map<const Eigen::VectorXf> psi() const { return psi_.view(); }  ///< N

 private:
  LifNetworkParams params_;
  kernels::Kernels kernels_;
  kernels::PaddedMatrix weights_;
  kernels::PaddedVector adaptive_;  // 1 for adaptive neurons, else 0
  kernels::PaddedVector v_, a_, z_, psi_;
  kernels::PaddedVector input_current_;       // W_in x
  std::vector<std::int32_t> spikes_, spare_;  // Neurons with z = 1, ascending; room for N.
  std::size_t num_spikes_ = 0;
};

}  // namespace efferent
