#include "tests/bench/step_case.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decoder/snn/snn_decoder.h"
#include "decoder/step.h"
#include "tests/bench/reference_decoder.h"
#include "tests/bench/world.h"

namespace efferent::bench {
namespace {

constexpr int kChannels = 96;
constexpr int kDimensions = 2;
constexpr TimeNs kMs = 1'000'000;
constexpr int kRateSteps = 2000;
constexpr std::int64_t kFloat = sizeof(float), kDouble = sizeof(double);

double Seconds(TimeNs time_ns) { return static_cast<double>(time_ns) * 1e-9; }

/// A network's forward step; the weights do not learn.
template <class Network>
class ForwardStep final : public TimedStep {
 public:
  ForwardStep(Network network, World world)
      : network_(std::move(network)), world_(std::move(world)) {
    x_ = Eigen::VectorXf::Ones(world_.features().size() + 1);
  }
  void Prepare() override {
    world_.Advance();
    x_.head(x_.size() - 1) = world_.features();
  }
  void Step() override {
    network_.SetInput(x_);
    network_.Advance();
  }
  /// Spikes per neuron and step, over as many steps.
  double MeanSpikes(int num_steps) {
    double sum = 0.0;
    for (int k = 0; k < num_steps; ++k) {
      Prepare();
      Step();
      sum += static_cast<double>(network_.z().sum());
    }
    return sum / (num_steps * static_cast<double>(network_.z().size()));
  }

 private:
  Network network_;
  World world_;
  Eigen::VectorXf x_;
};

/// A decoder's bin: decoded, then learnt from.
template <class DecoderType>
class DecodeAndLearn final : public TimedStep {
 public:
  DecodeAndLearn(DecoderType decoder, World world)
      : decoder_(std::move(decoder)), world_(std::move(world)) {}
  void Prepare() override { world_.Advance(); }
  void Step() override {
    decoder_.OnCommand(decoder_.Decode(world_.features()));
    decoder_.Learn(world_.velocity_m_s());
  }
  const DecoderType& decoder() const { return decoder_; }

 private:
  DecoderType decoder_;
  World world_;
};

/// One sample for recursive least squares.
template <class Rls>
class LearnSample final : public TimedStep {
 public:
  LearnSample(Rls rls, int num_features, World world)
      : rls_(std::move(rls)),
        world_(std::move(world)),
        phi_(num_features),
        error_(kDimensions),
        w_(Eigen::MatrixXd::Zero(num_features, kDimensions)) {}
  void Prepare() override {
    world_.Advance();
    phi_ = world_.features().cast<double>();
    error_ = w_.transpose() * phi_ - world_.velocity_m_s().head(kDimensions);
  }
  void Step() override { rls_.Update(phi_, error_, 1.0, &w_); }

 private:
  Rls rls_;
  World world_;
  Eigen::VectorXd phi_, error_;
  Eigen::MatrixXd w_;
};

/// From counts to command to better weights: everything that a session does for a bin.
class WholeStep final : public TimedStep {
 public:
  WholeStep(TimeNs bin_width_ns, std::unique_ptr<Decoder> decoder, World world)
      : step_(Params(bin_width_ns), std::move(decoder)),
        world_(std::move(world)),
        counts_(static_cast<std::size_t>(kChannels)) {
    behavior_.engaged = true;
    behavior_.position_m = TaskVector(0.01, 0.0, 0.0);
  }
  void Prepare() override {
    world_.Advance();
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i] =
          std::max(0.0f, std::round(1.0f + world_.features()[static_cast<Eigen::Index>(i)]));
    }
    behavior_.target_position_m = *behavior_.position_m + world_.velocity_m_s();
  }
  void Step() override {
    Command command;
    step_.AddCounts(counts_);
    step_.DecodeBin(behavior_.position_m, &command);
    step_.LearnBin(behavior_);
  }
  const Decoder& decoder() const { return step_.learner().decoder(); }

 private:
  static StepParams Params(TimeNs bin_width_ns) {
    StepParams params;
    params.num_channels = kChannels;
    params.bin_width_ns = bin_width_ns;
    params.num_dimensions = kDimensions;
    return params;
  }

  efferent::Step step_;
  World world_;
  std::vector<float> counts_;
  BehaviorSample behavior_;
};

StepCase ForwardCase(int n, TimeNs step_ns, float input_gain, std::optional<double> goal_us,
                     const kernels::Kernels& kernels, std::uint64_t seed) {
  const double step_s = Seconds(step_ns);
  LifNetworkParams params;
  params.num_inputs = kChannels + 1;
  params.num_neurons = n;
  params.num_adaptive = n / 2;
  params.alpha = static_cast<float>(std::exp(-step_s / 0.02));
  params.rho = static_cast<float>(std::exp(-step_s / 0.2));
  params.beta = 0.5f;
  const LifNetwork network(params, input_gain, 1.0f, seed, kernels);
  const World world(kChannels, step_s, seed);

  StepCase result;
  result.name = "forward_n" + std::to_string(n) + "_" + std::to_string(step_ns / kMs) + "ms";
  result.what = "forward, 96 -> " + std::to_string(n) + " recurrent, one step of " +
                std::to_string(step_ns / kMs) + " ms";
  result.goal_us = goal_us;
  result.own = std::make_unique<ForwardStep<LifNetwork>>(network, world);
  result.reference =
      std::make_unique<ForwardStep<ReferenceNetwork>>(ReferenceNetwork(network), world);
  // Of the same steps whatever time there is to measure.
  const double rate_hz = ForwardStep<LifNetwork>(network, world).MeanSpikes(kRateSteps) / step_s;
  result.rate_hz = [rate_hz] { return rate_hz; };
  const std::int64_t neurons = n, inputs = params.num_inputs;
  result.num_synapses = neurons * (inputs + neurons);
  // v, a, z, psi, input current, and which neurons adapt.
  constexpr std::int64_t kReadPerNeuron = 5, kWrittenPerNeuron = 5;
  result.state_bytes = kFloat * (result.num_synapses + 6 * neurons);
  const double columns = static_cast<double>(inputs) + rate_hz * step_s * n;
  result.bytes_per_step =
      static_cast<double>(kFloat * neurons) * (columns + kReadPerNeuron + kWrittenPerNeuron);
  return result;
}

std::int64_t TriangleBytes(std::int64_t num_features) {
  const std::int64_t tiles = (num_features + 3) / 4;
  return tiles * (tiles + 1) / 2 * 16 * kDouble;
}

/// What a step with learning touches.
void DescribeLearning(const SnnParams& params, StepCase* result) {
  const std::int64_t n = params.num_neurons, inputs = kChannels + 1;
  const auto adaptive = static_cast<std::int64_t>(params.adaptive_fraction * params.num_neurons);
  const std::int64_t features = n + (params.readout_inputs ? kChannels : 0) + 1;
  result->num_synapses = n * (inputs + n);
  // Weight, two moments, filtered trace; for adaptive neurons a second trace.
  const std::int64_t synapse_bytes = kFloat * (4 * n + adaptive) * (inputs + n);
  std::int64_t readout_bytes = 3 * kDouble * features * kDimensions;
  if (params.readout == SnnReadout::kRls) readout_bytes = TriangleBytes(features);
  if (params.readout == SnnReadout::kMixture) {
    readout_bytes =
        params.mixture_memories * (TriangleBytes(features) + TriangleBytes(kChannels + 1));
  }
  result->state_bytes = synapse_bytes + readout_bytes;
  // All is read and written; the forward step reads the input weights besides.
  result->bytes_per_step =
      static_cast<double>(2 * (synapse_bytes + readout_bytes) + kFloat * n * inputs);
}

StepCase LearningCase(std::string name, std::string what, const SnnParams& params,
                      TimeNs bin_width_ns, std::optional<double> goal_us,
                      const kernels::Kernels& kernels, std::uint64_t seed) {
  const World world(kChannels, Seconds(bin_width_ns), seed);
  StepCase result;
  result.name = std::move(name);
  result.what = std::move(what);
  result.goal_us = goal_us;
  auto own = std::make_unique<DecodeAndLearn<SnnDecoder>>(
      SnnDecoder(params, kChannels, kDimensions, bin_width_ns, kernels), world);
  result.rate_hz = [&decoder = own->decoder()] { return decoder.firing_rate_hz().value(); };
  result.own = std::move(own);
  result.reference = std::make_unique<DecodeAndLearn<ReferenceDecoder>>(
      ReferenceDecoder(params, kChannels, kDimensions, bin_width_ns), world);
  DescribeLearning(params, &result);
  return result;
}

StepCase LeastSquaresCase(int num_features, const kernels::Kernels& kernels, std::uint64_t seed) {
  const SnnParams defaults;
  const World world(num_features, 0.01, seed);
  StepCase result;
  result.name = "rls_f" + std::to_string(num_features);
  result.what = "recursive least squares, " + std::to_string(num_features) + " features -> 2";
  result.own = std::make_unique<LearnSample<RecursiveLeastSquares>>(
      RecursiveLeastSquares(num_features, defaults.rls_forgetting, defaults.rls_ridge, kernels),
      num_features, world);
  result.reference = std::make_unique<LearnSample<ReferenceLeastSquares>>(
      ReferenceLeastSquares(num_features, defaults.rls_forgetting, defaults.rls_ridge),
      num_features, world);
  result.num_synapses = static_cast<std::int64_t>(num_features) * kDimensions;
  result.state_bytes = TriangleBytes(num_features);
  result.bytes_per_step = 2.0 * static_cast<double>(result.state_bytes);
  return result;
}

StepCase WholeStepCase(TimeNs bin_width_ns, const kernels::Kernels& kernels, std::uint64_t seed) {
  const World world(kChannels, Seconds(bin_width_ns), seed);
  const SnnParams params;
  StepCase result;
  result.name = "whole_step_" + std::to_string(bin_width_ns / kMs) + "ms";
  result.what = "whole step, counts -> command -> learnt, default decoder, bins of " +
                std::to_string(bin_width_ns / kMs) + " ms";
  auto own = std::make_unique<WholeStep>(
      bin_width_ns,
      std::make_unique<SnnDecoder>(params, kChannels, kDimensions, bin_width_ns, kernels), world);
  result.rate_hz = [&decoder = static_cast<const SnnDecoder&>(own->decoder())] {
    return decoder.firing_rate_hz().value();
  };
  result.own = std::move(own);
  result.reference = std::make_unique<WholeStep>(
      bin_width_ns,
      std::make_unique<ReferenceDecoder>(params, kChannels, kDimensions, bin_width_ns), world);
  DescribeLearning(params, &result);
  return result;
}

}  // namespace

StepCase MakeWholeStepCase(const kernels::Kernels& kernels, std::uint64_t seed) {
  return WholeStepCase(10 * kMs, kernels, seed);
}

std::vector<StepCase> MakeStepCases(const kernels::Kernels& kernels, std::uint64_t seed) {
  std::vector<StepCase> cases;
  // Gains that make the networks fire at 25 to 40 Hz.
  const struct {
    int n;
    double goal_us;
  } sizes[] = {{100, 2.0}, {500, 8.0}, {1000, 45.0}};
  for (const auto& size : sizes) {
    cases.push_back(ForwardCase(size.n, kMs, 3.3f, size.goal_us, kernels, seed));
  }
  for (const auto& size : sizes) {
    cases.push_back(ForwardCase(size.n, 10 * kMs, 7.0f, size.goal_us, kernels, seed));
  }
  SnnParams gradient;
  gradient.num_neurons = 64;
  gradient.num_substeps = 1;
  gradient.readout = SnnReadout::kGradient;
  SnnParams least_squares = gradient;
  least_squares.readout = SnnReadout::kRls;
  cases.push_back(LearningCase("eprop_n64_gradient",
                               "full e-prop, 96 -> 64 recurrent, gradient readout, one step",
                               gradient, 10 * kMs, 15.0, kernels, seed));
  cases.push_back(LearningCase("eprop_n64_rls",
                               "full e-prop, 96 -> 64 recurrent, RLS readout, one step",
                               least_squares, 10 * kMs, std::nullopt, kernels, seed));
  cases.push_back(LearningCase("default_45ms", "default decoder, bins of 45 ms in 4 sub-steps", {},
                               45 * kMs, std::nullopt, kernels, seed));
  cases.push_back(LeastSquaresCase(161, kernels, seed));
  cases.push_back(MakeWholeStepCase(kernels, seed));
  cases.push_back(WholeStepCase(45 * kMs, kernels, seed));
  return cases;
}

}  // namespace efferent::bench
