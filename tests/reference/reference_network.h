#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace efferent::test {

/// The network of decoder/snn/lif_network.h once more, in double precision and plain loops, with
/// backpropagation through time: what e-prop is compared with. Written from the equations, sharing
/// no code with the decoder.
struct ReferenceNetwork {
  int num_inputs = 0, num_neurons = 0, num_adaptive = 0;
  double alpha = 0, rho = 0, kappa = 0, v_th = 1, beta = 0, gamma = 0.3;
  bool smooth =
      false;  ///< The spike function is replaced by the integral of the pseudo-derivative.
  std::vector<double> weights;   ///< weights[source * N + j], sources [x; z].
  std::vector<double> feedback;  ///< B, N: a readout of one output.

  struct Run {
    std::vector<std::vector<double>> v, threshold, z, psi, sources, zbar;  ///< [t][...]
    std::vector<double> output;                                            ///< B' zbar
  };

  /// `resets`: spikes to subtract instead of the run's own, [t][N] (a reset treated as a constant);
  /// null: its own.
  Run Forward(const std::vector<std::vector<double>>& x,
              const std::vector<std::vector<double>>* resets = nullptr) const;

  /// 1/2 sum over t of (output - target)^2.
  static double Loss(const Run& run, const std::vector<double>& targets);

  /// dLoss / dweights by backpropagation through time, resets constant.
  std::vector<double> Backpropagate(const Run& run, const std::vector<double>& targets) const;

  /// dLoss / dweights by central differences, resets frozen to those of the unperturbed run.
  std::vector<double> FiniteDifferences(const std::vector<std::vector<double>>& x,
                                        const std::vector<double>& targets) const;
};

}  // namespace efferent::test
