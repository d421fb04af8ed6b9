#pragma once

#include "decoder/kernels/kernel_table.h"

namespace efferent::kernels {

/// The forward step of a network, for lanes F (see lanes_sse2.h). In every function a neuron's
/// terms are added in the order of their sources, whatever the blocking: the bits do not depend on
/// it.
template <class F>
struct NetworkKernels {
  static constexpr std::size_t kLanes = 8;
  // A block of neurons stays in registers while all sources are added to it, so that each weight is
  // loaded once and nothing else is: 64 neurons in 8 of the 16 registers.
  static constexpr std::size_t kBlock = 8;

  /// sum = sum over i of weights[i] * column i, columns of `stride` floats.
  static void WeightedSum(const float* columns, std::size_t stride, const float* weights,
                          std::size_t num_columns, float* sum) {
    ForEachBlock<kBlock>(0, stride, [&](auto block, std::size_t j) {
      WeightedSumOfBlock<block.kVectors>(columns + j, stride, weights, num_columns, sum + j);
    });
  }

  /// See LifNetwork. Returns how many spikes it wrote.
  static std::size_t AdvanceNeurons(const NeuronStep& step) {
    std::size_t num_new = 0;
    ForEachBlock<kBlock>(0, step.size, [&](auto block, std::size_t j) {
      num_new = AdvanceBlock<block.kVectors>(step, j, num_new);
    });
    return num_new;
  }

 private:
  template <std::size_t kCount>
  struct Block {
    static constexpr std::size_t kVectors = kCount;
  };

  // Blocks of `kVectors`; what is left, in halves: a single vector would wait for each addition.
  template <std::size_t kVectors, class Function>
  static void ForEachBlock(std::size_t j, std::size_t size, const Function& function) {
    for (; j + kVectors * kLanes <= size; j += kVectors * kLanes) function(Block<kVectors>(), j);
    if constexpr (kVectors > 1) ForEachBlock<kVectors / 2>(j, size, function);
  }

  template <std::size_t kVectors>
  static void WeightedSumOfBlock(const float* columns, std::size_t stride, const float* weights,
                                 std::size_t num_columns, float* sum) {
    F total[kVectors];
    for (F& part : total) part = F::Broadcast(0.0f);
    for (std::size_t i = 0; i < num_columns; ++i) {
      const F weight = F::Broadcast(weights[i]);
      const float* column = columns + i * stride;
      for (std::size_t k = 0; k < kVectors; ++k) {
        total[k] = total[k] + weight * F::Load(column + k * kLanes);
      }
    }
    for (std::size_t k = 0; k < kVectors; ++k) total[k].Store(sum + k * kLanes);
  }

  template <std::size_t kVectors>
  static std::size_t AdvanceBlock(const NeuronStep& step, std::size_t j, std::size_t num_new) {
    const F alpha = F::Broadcast(step.alpha), v_th = F::Broadcast(step.v_th);
    F v[kVectors];
    for (std::size_t k = 0; k < kVectors; ++k) {
      const std::size_t at = j + k * kLanes;
      v[k] = alpha * F::Load(step.v + at) + F::Load(step.input_current + at) -
             v_th * F::Load(step.z + at);
    }
    // Event-driven: only the columns of neurons that spiked are touched.
    for (std::size_t i = 0; i < step.num_spikes; ++i) {
      const float* column =
          step.recurrent_weights + static_cast<std::size_t>(step.spikes[i]) * step.size + j;
      for (std::size_t k = 0; k < kVectors; ++k) v[k] = v[k] + F::Load(column + k * kLanes);
    }
    const F rho = F::Broadcast(step.rho), beta = F::Broadcast(step.beta);
    const F zero = F::Broadcast(0.0f), one = F::Broadcast(1.0f);
    const F slope = one / v_th, height = F::Broadcast(step.gamma) * slope;
    for (std::size_t k = 0; k < kVectors; ++k) {
      const std::size_t at = j + k * kLanes;
      const F a = rho * F::Load(step.a + at) + F::Load(step.adaptive + at) * F::Load(step.z + at);
      const F above = v[k] - (v_th + beta * a);
      int mask = 0;
      const F z = OneWherePositive(above, &mask);
      v[k].Store(step.v + at);
      a.Store(step.a + at);
      z.Store(step.z + at);
      (height * Max(one - Abs(above) * slope, zero)).Store(step.psi + at);
      for (; mask != 0; mask &= mask - 1) {
        step.new_spikes[num_new++] = static_cast<std::int32_t>(at) + __builtin_ctz(mask);
      }
    }
    return num_new;
  }
};

}  // namespace efferent::kernels
