#pragma once

// Included by files that are compiled for other instruction sets than the rest of the program. No
// function may be defined here or in what this includes: the linker keeps one copy of each, and
// might keep one that not every processor can run.
#include <cstddef>
#include <cstdint>

namespace efferent::kernels {

/// One time step of LifNetwork. Arrays of `size` elements (padded), unless stated.
struct NeuronStep {
  std::size_t size = 0;
  float alpha = 0.0f, rho = 0.0f, v_th = 1.0f, beta = 0.0f, gamma = 0.3f;
  const float* input_current = nullptr;
  const float* adaptive = nullptr;           ///< 1 for adaptive neurons, else 0.
  const float* recurrent_weights = nullptr;  ///< A column of `size` for each neuron.
  const std::int32_t* spikes = nullptr;      ///< Neurons that spiked in the last step, ascending.
  std::size_t num_spikes = 0;
  float* v = nullptr;
  float* a = nullptr;
  float* z = nullptr;
  float* psi = nullptr;
  std::int32_t* new_spikes = nullptr;  ///< Those of this step; room for `size`.
};

/// The sub-steps of a bin, folded (see FoldBin in synapse_kernels.h). Arrays of `size` elements
/// (padded), or num_steps of them one after the other.
struct BinFold {
  std::size_t size = 0;
  std::size_t num_steps = 0;
  float alpha = 0.0f, rho = 0.0f, kappa = 0.0f;
  const float* beta = nullptr;     ///< Zero for neurons that are not adaptive.
  const float* psi = nullptr;      ///< num_steps x size.
  float* filtered_keep = nullptr;  ///< One number: kappa^num_steps.
  float* filtered_of_adaptation = nullptr;
  float* adaptation_keep = nullptr;
  /// num_steps + 1 columns: of a unit of source at each sub-step, then of a unit at each of the
  /// sub-steps but the first together.
  float* filtered_of_source = nullptr;
  float* adaptation_of_source = nullptr;
};

/// A step of Adam, see AdamSchedule.
struct AdamStep {
  float step_size = 0.0f;
  float beta1 = 0.0f, one_minus_beta1 = 0.0f;
  float beta2 = 0.0f, one_minus_beta2 = 0.0f;
  float epsilon = 0.0f;
};

/// All synapses over one bin, and Adam on their weights. Matrices have num_inputs + num_neurons
/// columns.
struct SynapseBin {
  const BinFold* fold = nullptr;
  std::size_t num_inputs = 0, num_neurons = 0;
  std::size_t first_adaptive = 0;  ///< Rows before it have no adaptation; a multiple of the lanes.
  const float* x = nullptr;        ///< Inputs, the same in each sub-step, padded.
  const float* spikes = nullptr;   ///< num_steps x size, 0 or 1: what arrives at each sub-step.
  float* presynaptic_x = nullptr;  ///< xbar of the inputs, padded.
  float* presynaptic_z = nullptr;  ///< xbar of the neurons, padded.
  float* adaptation = nullptr;     ///< size - first_adaptive rows.
  float* filtered = nullptr;       ///< size rows.
  std::size_t* spike_offsets = nullptr;  ///< Scratch of num_steps elements.
  // Null without a label: the weights stay.
  const AdamStep* adam = nullptr;
  const float* learning_signal = nullptr;  ///< size.
  float* first_moment = nullptr;           ///< size rows, as the next two.
  float* second_moment = nullptr;
  float* weights = nullptr;
};

/// A symmetric matrix p in tiles (see Kernels::UpdateAndMultiply), less matrices of rank one that have
/// still to be subtracted, times vectors. A vector has 4 num_tiles elements; of the same kind they lie
/// one after the other.
struct SymmetricUpdate {
  std::size_t num_tiles = 0;                      ///< Along a side.
  std::size_t first_column = 0, last_column = 0;  ///< Columns of tiles to visit, [first, last).
  double* tiles = nullptr;                        ///< From the first of these on.
  std::size_t num_updates = 0;
  const double* u = nullptr;  ///< p <- p - u u', for each
  std::size_t num_products = 0;
  const double* phi = nullptr;
  double* product = nullptr;  ///< Each grows by what these columns bring to p phi, with the new p.
};

/// What an instruction set brings. All give the same bits; see kernels.h for what they compute.
struct KernelTable {
  void (*weighted_sum)(const float* columns, std::size_t stride, const float* weights,
                       std::size_t num_columns, float* sum);
  std::size_t (*advance_neurons)(const NeuronStep& step);
  void (*fold_bin)(const BinFold& fold);
  void (*advance_synapses)(const SynapseBin& bin);
  void (*update_and_multiply)(const SymmetricUpdate& update);
  double (*dot)(const double* a, const double* b, std::size_t size);
};

extern const KernelTable kPortableKernels;
extern const KernelTable kAvx2Kernels;

}  // namespace efferent::kernels
