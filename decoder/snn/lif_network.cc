#include "decoder/snn/lif_network.h"

#include <cmath>

#include "decoder/normal_deviates.h"
#include "decoder/state_visitor.h"

namespace efferent {

LifNetwork::LifNetwork(const LifNetworkParams& params, float input_gain, float recurrent_gain,
                       std::uint64_t seed, const kernels::Kernels& kernels)
    : params_(params),
      kernels_(kernels),
      weights_(params.num_neurons, params.num_inputs + params.num_neurons),
      adaptive_(params.num_neurons),
      v_(params.num_neurons),
      a_(v_),
      z_(v_),
      psi_(v_),
      input_current_(v_),
      spikes_(v_.padded_size()),
      spare_(v_.padded_size()) {
  const int n = params.num_neurons;
  NormalDeviates normal(seed);
  const float scale = (1.0f - params.alpha) * params.v_th;
  normal.Fill(input_gain * scale / std::sqrt(static_cast<float>(params.num_inputs)),
              weights().leftCols(params.num_inputs));
  normal.Fill(recurrent_gain * scale / std::sqrt(static_cast<float>(n)), weights().rightCols(n));
  weights().rightCols(n).diagonal().setZero();
  adaptive_.view().tail(params.num_adaptive).setOnes();
}

void LifNetwork::SetInput(const Eigen::Ref<const Eigen::VectorXf>& x) noexcept {
  kernels_.WeightedSum(weights_.data(), weights_.stride(), x.data(),
                       static_cast<std::size_t>(x.size()), input_current_.data());
}

void LifNetwork::Advance() noexcept {
  kernels::NeuronStep step;
  step.size = v_.padded_size();
  step.alpha = params_.alpha;
  step.rho = params_.rho;
  step.v_th = params_.v_th;
  step.beta = params_.beta;
  step.gamma = params_.gamma;
  step.input_current = input_current_.data();
  step.adaptive = adaptive_.data();
  step.recurrent_weights = weights_.column(params_.num_inputs);
  step.spikes = spikes_.data();
  step.num_spikes = num_spikes_;
  step.v = v_.data();
  step.a = a_.data();
  step.z = z_.data();
  step.psi = psi_.data();
  step.new_spikes = spare_.data();
  num_spikes_ = kernels_.AdvanceNeurons(step);
  spikes_.swap(spare_);
}

void LifNetwork::ResetActivity() noexcept {
  for (kernels::PaddedVector* state : {&v_, &a_, &z_, &psi_}) state->view().setZero();
  num_spikes_ = 0;
}

void LifNetwork::VisitState(StateVisitor& visitor) {
  visitor("weights", weights_);
  visitor("v", v_);
  visitor("a", a_);
  visitor("z", z_);
  if (!visitor.loads()) return;
  num_spikes_ = 0;
  for (Eigen::Index j = 0; j < z_.size(); ++j) {
    if (z_.view()[j] != 0.0f) spikes_[num_spikes_++] = static_cast<std::int32_t>(j);
  }
}

}  // namespace efferent
