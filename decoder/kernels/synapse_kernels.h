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
    if (bin.adam) {
      AdvanceAll<Descent>(bin);
    } else {
      AdvanceAll<NoDescent>(bin);
    }
    const BinFold& fold = *bin.fold;
    AdvancePresynaptic(fold, bin.num_inputs, bin.x, 0, bin.presynaptic_x);
    AdvancePresynaptic(fold, bin.num_neurons, bin.spikes, fold.size, bin.presynaptic_z);
  }

 private:
  // What arrives at a column's synapses after the first sub-step.
  enum class Later {
    kNothing,   // there is no other sub-step
    kConstant,  // the same in all of them: inputs
    kSpikes,    // now and then a spike: neurons
  };

  // Adam on the weights.
  struct Descent {
    explicit Descent(const SynapseBin& bin)
        : step_size(F::Broadcast(bin.adam->step_size)),
          beta1(F::Broadcast(bin.adam->beta1)),
          one_minus_beta1(F::Broadcast(bin.adam->one_minus_beta1)),
          beta2(F::Broadcast(bin.adam->beta2)),
          one_minus_beta2(F::Broadcast(bin.adam->one_minus_beta2)),
          epsilon(F::Broadcast(bin.adam->epsilon)),
          learning_signal(bin.learning_signal),
          first_moment(bin.first_moment),
          second_moment(bin.second_moment),
          weights(bin.weights) {}

    // The weights at `at`, of neurons j and on.
    void Descend(std::size_t at, std::size_t j, F ebar) const {
      const F gradient = F::Load(learning_signal + j) * ebar;
      const F m = beta1 * F::Load(first_moment + at) + one_minus_beta1 * gradient;
      const F v = beta2 * F::Load(second_moment + at) + one_minus_beta2 * (gradient * gradient);
      m.Store(first_moment + at);
      v.Store(second_moment + at);
      const F change = step_size * m / (Sqrt(v) + epsilon);
      (F::Load(weights + at) - change).Store(weights + at);
    }

    const F step_size, beta1, one_minus_beta1, beta2, one_minus_beta2, epsilon;
    const float* const learning_signal;
    float* const first_moment;
    float* const second_moment;
    float* const weights;
  };
  // Without a label the weights stay.
  struct NoDescent {
    explicit NoDescent(const SynapseBin& /*bin*/) {}
    void Descend(std::size_t /*at*/, std::size_t /*j*/, F /*ebar*/) const {}
  };

  template <class DescentType>
  static void AdvanceAll(const SynapseBin& bin) {
    if (bin.fold->num_steps == 1) {
      AdvanceColumns<DescentType, Later::kNothing>(bin, 0, bin.num_inputs, bin.presynaptic_x,
                                                   bin.x);
      AdvanceColumns<DescentType, Later::kNothing>(bin, bin.num_inputs, bin.num_neurons,
                                                   bin.presynaptic_z, bin.spikes);
    } else {
      AdvanceColumns<DescentType, Later::kConstant>(bin, 0, bin.num_inputs, bin.presynaptic_x,
                                                    bin.x);
      AdvanceColumns<DescentType, Later::kSpikes>(bin, bin.num_inputs, bin.num_neurons,
                                                  bin.presynaptic_z, bin.spikes);
    }
  }

  // The columns of the inputs, or those of the neurons. `arriving`: what arrives in the first
  // sub-step. All that the loops need is named before them: their stores could be to anything, so
  // that the compiler would load it anew after each.
  template <class DescentType, Later kLater>
  static void AdvanceColumns(const SynapseBin& bin, std::size_t first_column,
                             std::size_t num_columns, const float* const presynaptic,
                             const float* const arriving) {
    const BinFold& fold = *bin.fold;
    const std::size_t size = fold.size, num_steps = fold.num_steps;
    const std::size_t first_adaptive = bin.first_adaptive, num_adaptive = size - first_adaptive;
    const float alpha = fold.alpha;
    const F filtered_keep = F::Broadcast(*fold.filtered_keep);
    const float* const filtered_of_adaptation = fold.filtered_of_adaptation;
    const float* const adaptation_keep = fold.adaptation_keep;
    const float* const filtered_of_source = fold.filtered_of_source;
    const float* const adaptation_of_source = fold.adaptation_of_source;
    const float* const filtered_of_later = filtered_of_source + num_steps * size;
    const float* const adaptation_of_later = adaptation_of_source + num_steps * size;
    float* const filtered = bin.filtered;
    float* const adaptation = bin.adaptation;
    std::size_t* const spike_offsets = bin.spike_offsets;
    const DescentType descent(bin);

    for (std::size_t i = 0; i < num_columns; ++i) {
      const F first = F::Broadcast(alpha * presynaptic[i] + arriving[i]);
      const F later = F::Broadcast(arriving[i]);
      std::size_t num_spikes = 0;
      if constexpr (kLater == Later::kSpikes) {
        for (std::size_t s = 1; s < num_steps; ++s) {
          spike_offsets[num_spikes] = s * size;
          num_spikes += arriving[s * size + i] != 0.0f ? 1 : 0;
        }
      }
      // What arrives, times the factors of eight neurons.
      const auto arrivals = [&](const float* of_source, const float* of_later, std::size_t j) {
        F sum = first * F::Load(of_source + j);
        if constexpr (kLater == Later::kConstant) sum = sum + later * F::Load(of_later + j);
        for (std::size_t k = 0; k < num_spikes; ++k) {
          sum = sum + F::Load(of_source + spike_offsets[k] + j);
        }
        return sum;
      };
      const std::size_t column = (first_column + i) * size;
      for (std::size_t j = 0; j < first_adaptive; j += kLanes) {
        const F ebar = filtered_keep * F::Load(filtered + column + j) +
                       arrivals(filtered_of_source, filtered_of_later, j);
        ebar.Store(filtered + column + j);
        descent.Descend(column + j, j, ebar);
      }
      float* const eps_column = adaptation + (first_column + i) * num_adaptive;
      for (std::size_t j = first_adaptive; j < size; j += kLanes) {
        const F eps = F::Load(eps_column + (j - first_adaptive));
        const F ebar = filtered_keep * F::Load(filtered + column + j) +
                       F::Load(filtered_of_adaptation + j) * eps +
                       arrivals(filtered_of_source, filtered_of_later, j);
        const F next_eps = F::Load(adaptation_keep + j) * eps +
                           arrivals(adaptation_of_source, adaptation_of_later, j);
        next_eps.Store(eps_column + (j - first_adaptive));
        ebar.Store(filtered + column + j);
        descent.Descend(column + j, j, ebar);
      }
    }
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
};

}  // namespace efferent::kernels
