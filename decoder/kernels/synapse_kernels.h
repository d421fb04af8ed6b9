#pragma once

#include "decoder/kernels/kernel_table.h"

namespace efferent::kernels {

/// Eligibility traces (see EligibilityTraces for the equations) and Adam, for lanes F.
///
/// The traces of a bin's S sub-steps are linear in what they were before the bin and in what
/// arrives, with factors that belong to the neuron, not to the synapse. FoldBin works these factors
/// out once per neuron; AdvanceSynapses then visits each synapse once per bin, at a cost that does
/// not grow with S:
///   ebar <- kappa^S ebar + G eps + sum over u of Q_u r_u
///   eps  <-            H eps     + sum over u of E_u r_u
/// r_0 = alpha xbar + s_0 is the presynaptic trace of the first sub-step, and r_u = s_u what arrives
/// at a later one u: nothing from a silent neuron, the same x from an input, whose terms are
/// therefore one: x sum Q_u.
template <class F>
struct SynapseKernels {
  static constexpr std::size_t kLanes = 8;

  /// From the last sub-step back to the first, with D_s and C_s what xbar_s adds to eps and ebar:
  ///   C_s = psi_s (kappa^(S-1-s) + G_(s+1)),   D_s = psi_s H_(s+1)
  ///   Q_s = C_s + alpha Q_(s+1),               E_s = D_s + alpha E_(s+1)
  ///   G_s = (rho - beta psi_s) G_(s+1) - beta psi_s kappa^(S-1-s),  H_s = (rho - beta psi_s) H_(s+1)
  static void FoldBin(const BinFold& fold) {
    const std::size_t size = fold.size, num_steps = fold.num_steps;
    const F alpha = F::Broadcast(fold.alpha), rho = F::Broadcast(fold.rho);
    float keep = 1.0f;
    for (std::size_t s = 0; s < num_steps; ++s) keep *= fold.kappa;
    *fold.filtered_keep = keep;
    for (std::size_t j = 0; j < size; j += kLanes) {
      const F beta = F::Broadcast(0.0f) - F::Load(fold.beta + j);
      F g = F::Broadcast(0.0f), h = F::Broadcast(1.0f), q = g, e = g, later_q = g, later_e = g;
      float kappa_power = 1.0f;
      for (std::size_t s = num_steps; s-- > 0;) {
        const F psi = F::Load(fold.psi + s * size + j), leak = F::Broadcast(kappa_power);
        q = psi * (leak + g) + alpha * q;
        e = psi * h + alpha * e;
        q.Store(fold.filtered_of_source + s * size + j);
        e.Store(fold.adaptation_of_source + s * size + j);
        if (s > 0) {
          later_q = later_q + q;
          later_e = later_e + e;
        }
        const F rise = beta * psi, decay = rho + rise;
        g = decay * g + rise * leak;
        h = decay * h;
        kappa_power *= fold.kappa;
      }
      later_q.Store(fold.filtered_of_source + num_steps * size + j);
      later_e.Store(fold.adaptation_of_source + num_steps * size + j);
      g.Store(fold.filtered_of_adaptation + j);
      h.Store(fold.adaptation_keep + j);
    }
  }

  static void AdvanceSynapses(const SynapseBin& bin) {
    const BinFold& fold = *bin.fold;
    AdvanceGroup(bin, 0, bin.num_inputs, [&](std::size_t i) {
      const float x = bin.x[i];
      std::size_t count = Arrive(bin, 0, 0, fold.alpha * bin.presynaptic_x[i] + x);
      if (fold.num_steps > 1 && x != 0.0f) count = Arrive(bin, count, fold.num_steps, x);
      return count;
    });
    AdvanceGroup(bin, bin.num_inputs, bin.num_neurons, [&](std::size_t i) {
      const float* z = bin.spikes + i;
      std::size_t count = Arrive(bin, 0, 0, fold.alpha * bin.presynaptic_z[i] + z[0]);
      for (std::size_t s = 1; s < fold.num_steps; ++s) {
        if (z[s * fold.size] != 0.0f) count = Arrive(bin, count, s, z[s * fold.size]);
      }
      return count;
    });
    AdvancePresynaptic(fold, bin.num_inputs, bin.x, 0, bin.presynaptic_x);
    AdvancePresynaptic(fold, bin.num_neurons, bin.spikes, fold.size, bin.presynaptic_z);
  }

 private:
  // Notes that `amount` arrives at the synapses of a column, with the factors of sub-step s.
  static std::size_t Arrive(const SynapseBin& bin, std::size_t count, std::size_t s, float amount) {
    bin.arrival_steps[count] = s;
    bin.arrivals[count] = amount;
    return count + 1;
  }

  // xbar of `num_sources`, padded; what arrives at sub-step s begins at arriving + s stride.
  static void AdvancePresynaptic(const BinFold& fold, std::size_t num_sources,
                                 const float* arriving, std::size_t stride, float* presynaptic) {
    const F alpha = F::Broadcast(fold.alpha);
    for (std::size_t i = 0; i < num_sources; i += kLanes) {
      F xbar = F::Load(presynaptic + i);
      for (std::size_t s = 0; s < fold.num_steps; ++s) {
        xbar = alpha * xbar + F::Load(arriving + s * stride + i);
      }
      xbar.Store(presynaptic + i);
    }
  }

  // The columns of inputs, or those of neurons. `arrive` notes what arrives at its i-th one.
  template <class ArriveAt>
  static void AdvanceGroup(const SynapseBin& bin, std::size_t first_column, std::size_t num_columns,
                           const ArriveAt& arrive) {
    for (std::size_t i = 0; i < num_columns; ++i) {
      const std::size_t column = first_column + i;
      // Nearly all columns have one arrival or two; with these known, the loop over them unrolls.
      switch (const std::size_t count = arrive(i)) {
        case 1:
          AdvanceColumn<1>(bin, column, count);
          break;
        case 2:
          AdvanceColumn<2>(bin, column, count);
          break;
        default:
          AdvanceColumn<0>(bin, column, count);
      }
    }
  }

  template <std::size_t kCount>
  static void AdvanceColumn(const SynapseBin& bin, std::size_t column, std::size_t count) {
    if (bin.adam) {
      AdvanceRows<kCount, false, true>(bin, column, 0, bin.first_adaptive, count);
      AdvanceRows<kCount, true, true>(bin, column, bin.first_adaptive, bin.fold->size, count);
    } else {
      AdvanceRows<kCount, false, false>(bin, column, 0, bin.first_adaptive, count);
      AdvanceRows<kCount, true, false>(bin, column, bin.first_adaptive, bin.fold->size, count);
    }
  }

  // kCount: how many arrivals, 0 if only `runtime_count` knows.
  template <std::size_t kCount, bool kAdaptive, bool kLearn>
  static void AdvanceRows(const SynapseBin& bin, std::size_t column, std::size_t begin,
                          std::size_t end, std::size_t runtime_count) {
    const BinFold& fold = *bin.fold;
    const std::size_t count = kCount > 0 ? kCount : runtime_count;
    const F filtered_keep = F::Broadcast(*fold.filtered_keep);
    float* const filtered = bin.filtered + column * fold.size;
    float* const adaptation =
        bin.adaptation + column * (fold.size - bin.first_adaptive) - bin.first_adaptive;
    for (std::size_t j = begin; j < end; j += kLanes) {
      F ebar = filtered_keep * F::Load(filtered + j);
      if constexpr (kAdaptive) {
        F eps = F::Load(adaptation + j);
        ebar = ebar + F::Load(fold.filtered_of_adaptation + j) * eps;
        eps = F::Load(fold.adaptation_keep + j) * eps;
        for (std::size_t k = 0; k < count; ++k) {
          eps = eps + F::Broadcast(bin.arrivals[k]) *
                          F::Load(fold.adaptation_of_source + bin.arrival_steps[k] * fold.size + j);
        }
        eps.Store(adaptation + j);
      }
      for (std::size_t k = 0; k < count; ++k) {
        ebar = ebar + F::Broadcast(bin.arrivals[k]) *
                          F::Load(fold.filtered_of_source + bin.arrival_steps[k] * fold.size + j);
      }
      ebar.Store(filtered + j);
      if constexpr (kLearn)
        Descend(bin, column * fold.size + j, F::Load(bin.learning_signal + j) * ebar);
    }
  }

  // Adam for eight weights.
  static void Descend(const SynapseBin& bin, std::size_t at, F gradient) {
    const AdamStep& adam = *bin.adam;
    const F m = F::Broadcast(adam.beta1) * F::Load(bin.first_moment + at) +
                F::Broadcast(adam.one_minus_beta1) * gradient;
    const F v = F::Broadcast(adam.beta2) * F::Load(bin.second_moment + at) +
                F::Broadcast(adam.one_minus_beta2) * (gradient * gradient);
    m.Store(bin.first_moment + at);
    v.Store(bin.second_moment + at);
    const F change = F::Broadcast(adam.step_size) * m / (Sqrt(v) + F::Broadcast(adam.epsilon));
    (F::Load(bin.weights + at) - change).Store(bin.weights + at);
  }
};

}  // namespace efferent::kernels
