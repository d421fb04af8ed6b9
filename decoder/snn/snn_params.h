#pragma once

#include <cstdint>
#include <string_view>

#include "decoder/parameters.h"

namespace efferent {

/// How the readout learns.
enum class SnnReadout { kRls, kGradient, kMixture };
/// What carries the error back to the neurons.
enum class SnnFeedback { kSymmetric, kRandom };

/// Settings of the spiking decoder. decoder/README.md says why the defaults are what they are.
struct SnnParams {
  static constexpr std::string_view kName = "snn";

  int num_neurons = 64;
  double adaptive_fraction = 0.5;
  int num_substeps = 0;  ///< Per bin; 0: as many as keep a step at or below 12 ms.
  double tau_m_s = 0.02;
  double tau_a_s = 2.0;
  double tau_out_s = 0.05;
  double output_leak = 0.0;  ///< Share of the last output that is kept at each bin.
  double v_th = 1.0;
  double beta = 0.5;
  double gamma = 0.3;
  SnnReadout readout = SnnReadout::kMixture;
  bool readout_inputs = true;
  double rls_ridge = 30.0;
  double rls_forgetting = 0.9998;  ///< With kRls; kMixture has half-lives.
  int mixture_memories = 3;
  double mixture_slowest_half_life_s = 150.0;
  double mixture_half_life_ratio = 0.14;  ///< Of each memory to the next longer one.
  double mixture_score_tau_s = 1.5;
  double mixture_temperature = 0.15;
  double label_redundancy_s = 0.9;   ///< With kMixture; 0: every label counts in full.
  double output_filter_tau_s = 0.1;  ///< With kMixture; 0: none.
  double learning_rate = 2e-4;
  SnnFeedback feedback = SnnFeedback::kSymmetric;
  double target_rate_hz = 20.0;
  double rate_regularization = 0.001;
  std::uint64_t seed = 1;
};

template <class Visitor>
void VisitFields(SnnParams& p, Visitor&& visit) {
  visit("num_neurons", p.num_neurons, Bounds{1, 4096}, "neurons");
  visit("adaptive_fraction", p.adaptive_fraction, Bounds{0, 1}, "");
  visit("num_substeps", p.num_substeps, Bounds{0, 100}, "steps per bin");
  visit("tau_m_s", p.tau_m_s, Bounds{1e-4, 10}, "s");
  visit("tau_a_s", p.tau_a_s, Bounds{1e-4, 100}, "s");
  visit("tau_out_s", p.tau_out_s, Bounds{1e-4, 10}, "s");
  visit("output_leak", p.output_leak, Bounds{0, 1}, "");
  visit("v_th", p.v_th, Bounds{1e-3, 1e3}, "");
  visit("beta", p.beta, Bounds{0, 100}, "");
  visit("gamma", p.gamma, Bounds{1e-3, 10}, "");
  visit("readout", p.readout);
  visit("readout_inputs", p.readout_inputs);
  visit("rls_ridge", p.rls_ridge, Bounds{1e-9, 1e9}, "");
  visit("rls_forgetting", p.rls_forgetting, Bounds{0.9, 1}, "");
  visit("mixture_memories", p.mixture_memories, Bounds{1, 8}, "");
  visit("mixture_slowest_half_life_s", p.mixture_slowest_half_life_s, Bounds{0.1, 1e6},
        "s of labelled data");
  visit("mixture_half_life_ratio", p.mixture_half_life_ratio, Bounds{0.01, 1}, "");
  visit("mixture_score_tau_s", p.mixture_score_tau_s, Bounds{1e-3, 1e6}, "s of evidence");
  visit("mixture_temperature", p.mixture_temperature, Bounds{1e-3, 1e3}, "");
  visit("label_redundancy_s", p.label_redundancy_s, Bounds{0, 1e6}, "s");
  visit("output_filter_tau_s", p.output_filter_tau_s, Bounds{0, 10}, "s");
  visit("learning_rate", p.learning_rate, Bounds{0, 1}, "");
  visit("feedback", p.feedback);
  visit("target_rate_hz", p.target_rate_hz, Bounds{0, 1e3}, "Hz");
  visit("rate_regularization", p.rate_regularization, Bounds{0, 1e3}, "");
  visit("seed", p.seed, kAnySeed, "");
}

}  // namespace efferent
