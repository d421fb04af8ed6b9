#pragma once

#include "decoder/kernels/kernel_table.h"

namespace efferent::kernels {

/// What the kernels are built from. All give the same bits.
enum class InstructionSet {
  kPortable,  ///< What every x86-64 processor has.
  kAvx2,
};

/// Whether this processor has it.
bool IsSupported(InstructionSet instructions) noexcept;
/// The fastest that this processor has.
InstructionSet BestInstructionSet() noexcept;

/// The inner loops of learning decoders. They are written once, for lanes of eight floats or four
/// doubles, and compiled for each instruction set; sums are taken in an order that is written down,
/// and no operation is used that rounds differently on another processor (fused multiply-add,
/// approximate reciprocals). While a kernel runs, numbers below the normal range count as zero: a
/// trace that decays would otherwise stay there for ever, and many processors take a hundred cycles
/// for each such number.
///
/// Arrays begin on a multiple of 32 bytes and are padded (padded.h), unless stated. Real-time safe.
class Kernels {
 public:
  /// @throws std::invalid_argument if the processor does not have these instructions.
  explicit Kernels(InstructionSet instructions = BestInstructionSet());

  InstructionSet instructions() const { return instructions_; }

  /// sum = sum over i of weights[i] * column i; columns of `stride` floats (a multiple of 8), the
  /// same number in `sum`; the i in ascending order.
  void WeightedSum(const float* columns, std::size_t stride, const float* weights,
                   std::size_t num_columns, float* sum) const noexcept;

  /// One step of leaky and adaptive integrate-and-fire neurons; see LifNetwork. Returns how many
  /// spiked.
  std::size_t AdvanceNeurons(const NeuronStep& step) const noexcept;

  /// What a bin's sub-steps do to the traces, for each neuron; see SynapseKernels::FoldBin.
  void FoldBin(const BinFold& fold) const noexcept;

  /// The traces of all synapses over a bin, and Adam on their weights, in one pass.
  void AdvanceSynapses(const SynapseBin& bin) const noexcept;

  /// p <- p - u u' for some u, then product += p phi for some phi, in one pass over the lower half of a
  /// symmetric p, kept as tiles of 4 x 4, column by column of tiles from the diagonal down, each tile
  /// column-major. The pass may be made in parts, some columns at a time.
  void UpdateAndMultiply(const SymmetricUpdate& update) const noexcept;

  /// a' b; any size and alignment, always the same order.
  double Dot(const double* a, const double* b, std::size_t size) const noexcept;

 private:
  InstructionSet instructions_;
  const KernelTable* table_;
};

}  // namespace efferent::kernels
