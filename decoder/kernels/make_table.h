#pragma once

#include "decoder/kernels/kernel_table.h"
#include "decoder/kernels/network_kernels.h"
#include "decoder/kernels/symmetric_kernels.h"
#include "decoder/kernels/synapse_kernels.h"

namespace efferent::kernels {

/// The kernels for lanes F of eight floats and D of four doubles.
template <class F, class D>
constexpr KernelTable MakeTable() {
  return {&NetworkKernels<F>::WeightedSum,
          &NetworkKernels<F>::AdvanceNeurons,
          &SynapseKernels<F>::FoldBin,
          &SynapseKernels<F>::AdvanceSynapses,
          &SymmetricKernels<D>::UpdateAndMultiply,
          &SymmetricKernels<D>::Dot};
}

}  // namespace efferent::kernels
