#include "decoder/kernels/kernels.h"

#include <immintrin.h>

#include <stdexcept>

namespace efferent::kernels {
namespace {

/// Numbers below the normal range are taken and given as zeros while it exists. The kernels are
/// called through pointers, so the compiler moves none of their arithmetic out of its reach.
class FlushSubnormals {
 public:
  FlushSubnormals() noexcept : before_(_mm_getcsr()) {
    _mm_setcsr(before_ | kFlushToZero | kDenormalsAreZero);
  }
  ~FlushSubnormals() { _mm_setcsr(before_); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
  static constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  unsigned before_;
};

const KernelTable& TableOf(InstructionSet instructions) {
  if (!IsSupported(instructions)) {
    throw std::invalid_argument("this processor has no AVX2: choose the portable kernels");
  }
  return instructions == InstructionSet::kAvx2 ? kAvx2Kernels : kPortableKernels;
}

}  // namespace

bool IsSupported(InstructionSet instructions) noexcept {
  return instructions == InstructionSet::kPortable || __builtin_cpu_supports("avx2") != 0;
}

InstructionSet BestInstructionSet() noexcept {
  return IsSupported(InstructionSet::kAvx2) ? InstructionSet::kAvx2 : InstructionSet::kPortable;
}

Kernels::Kernels(InstructionSet instructions)
    : instructions_(instructions), table_(&TableOf(instructions)) {}

void Kernels::WeightedSum(const float* columns, std::size_t stride, const float* weights,
                          std::size_t num_columns, float* sum) const noexcept {
  const FlushSubnormals flush;
  table_->weighted_sum(columns, stride, weights, num_columns, sum);
}

std::size_t Kernels::AdvanceNeurons(const NeuronStep& step) const noexcept {
  const FlushSubnormals flush;
  return table_->advance_neurons(step);
}

void Kernels::FoldBin(const BinFold& fold) const noexcept {
  const FlushSubnormals flush;
  table_->fold_bin(fold);
}

void Kernels::AdvanceSynapses(const SynapseBin& bin) const noexcept {
  const FlushSubnormals flush;
  table_->advance_synapses(bin);
}

void Kernels::UpdateAndMultiply(const SymmetricUpdate& update) const noexcept {
  const FlushSubnormals flush;
  table_->update_and_multiply(update);
}

double Kernels::Dot(const double* a, const double* b, std::size_t size) const noexcept {
  const FlushSubnormals flush;
  return table_->dot(a, b, size);
}

}  // namespace efferent::kernels
