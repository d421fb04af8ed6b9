#include "decoder/snn/eligibility_traces.h"

#include <cassert>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr Eigen::Index kLanes = kernels::kFloatLanes;

}  // namespace

EligibilityTraces::EligibilityTraces(const LifNetworkParams& params, float kappa, int num_steps,
                                     const kernels::Kernels& kernels)
    : params_(params),
      kappa_(kappa),
      kernels_(kernels),
      beta_(params.num_neurons),
      presynaptic_x_(params.num_inputs),
      presynaptic_z_(params.num_neurons),
      first_adaptive_((params.num_neurons - params.num_adaptive) / kLanes * kLanes),
      adaptation_(params.num_neurons - first_adaptive_, params.num_inputs + params.num_neurons),
      filtered_(params.num_neurons, params.num_inputs + params.num_neurons),
      filtered_of_adaptation_(params.num_neurons),
      adaptation_keep_(params.num_neurons),
      filtered_of_source_(params.num_neurons, num_steps + 1),
      adaptation_of_source_(params.num_neurons, num_steps + 1),
      spike_offsets_(static_cast<std::size_t>(num_steps)),
      learning_signal_(params.num_neurons) {
  beta_.view().tail(params.num_adaptive).setConstant(params.beta);
}

void EligibilityTraces::Advance(const BinActivity& bin) noexcept {
  const kernels::BinFold fold = Fold(bin);
  kernels_.AdvanceSynapses(Pass(bin, fold));
}

void EligibilityTraces::AdvanceAndDescend(const BinActivity& bin,
                                          const Eigen::VectorXf& learning_signal,
                                          SynapticAdam* adam,
                                          kernels::PaddedMatrix* weights) noexcept {
  learning_signal_.view() = learning_signal;
  const kernels::BinFold fold = Fold(bin);
  const kernels::AdamStep step = adam->schedule.NextForKernels();
  kernels::SynapseBin pass = Pass(bin, fold);
  pass.adam = &step;
  pass.learning_signal = learning_signal_.data();
  pass.first_moment = adam->first.data();
  pass.second_moment = adam->second.data();
  pass.weights = weights->data();
  kernels_.AdvanceSynapses(pass);
}

kernels::BinFold EligibilityTraces::Fold(const BinActivity& bin) noexcept {
  assert(bin.psi.columns() + 1 == filtered_of_source_.columns());
  kernels::BinFold fold;
  fold.size = filtered_.stride();
  fold.num_steps = static_cast<std::size_t>(bin.psi.columns());
  fold.alpha = params_.alpha;
  fold.rho = params_.rho;
  fold.kappa = kappa_;
  fold.beta = beta_.data();
  fold.psi = bin.psi.data();
  fold.filtered_keep = &filtered_keep_;
  fold.filtered_of_adaptation = filtered_of_adaptation_.data();
  fold.adaptation_keep = adaptation_keep_.data();
  fold.filtered_of_source = filtered_of_source_.data();
  fold.adaptation_of_source = adaptation_of_source_.data();
  kernels_.FoldBin(fold);
  return fold;
}

kernels::SynapseBin EligibilityTraces::Pass(const BinActivity& bin,
                                            const kernels::BinFold& fold) noexcept {
  kernels::SynapseBin pass;
  pass.fold = &fold;
  pass.num_inputs = static_cast<std::size_t>(params_.num_inputs);
  pass.num_neurons = static_cast<std::size_t>(params_.num_neurons);
  pass.first_adaptive = static_cast<std::size_t>(first_adaptive_);
  pass.x = bin.x.data();
  pass.spikes = bin.spikes.data();
  pass.presynaptic_x = presynaptic_x_.data();
  pass.presynaptic_z = presynaptic_z_.data();
  pass.adaptation = adaptation_.data();
  pass.filtered = filtered_.data();
  pass.spike_offsets = spike_offsets_.data();
  return pass;
}

void EligibilityTraces::Reset() noexcept {
  presynaptic_x_.view().setZero();
  presynaptic_z_.view().setZero();
  adaptation_.SetZero();
  filtered_.SetZero();
}

void EligibilityTraces::VisitState(StateVisitor& visitor) {
  if (!visitor.wants_evidence()) return;
  visitor("presynaptic_x", presynaptic_x_);
  visitor("presynaptic_z", presynaptic_z_);
  visitor("adaptation", adaptation_);
  visitor("filtered", filtered_);
}

}  // namespace efferent
