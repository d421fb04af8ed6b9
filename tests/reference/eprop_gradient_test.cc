#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "decoder/snn/eligibility_traces.h"
#include "decoder/snn/lif_network.h"
#include "decoder/snn/snn_decoder.h"
#include "tests/reference/reference_network.h"

/// e-prop as the decoder computes it (single precision, online, memory that does not grow) against
/// backpropagation through time and against finite differences of an independent network.
namespace efferent::test {
namespace {

constexpr int kInputs = 5, kNeurons = 8, kAdaptive = 4, kSteps = 60;

struct Problem {
  LifNetwork network;
  ReferenceNetwork reference;
  std::vector<std::vector<double>> x;
  std::vector<double> targets;
};

LifNetworkParams NetworkParams() {
  LifNetworkParams params;
  params.num_inputs = kInputs;
  params.num_neurons = kNeurons;
  params.num_adaptive = kAdaptive;
  params.alpha = 0.75f;
  params.rho = 0.9375f;
  params.v_th = 1.0f;
  params.beta = 0.5f;
  params.gamma = 0.3125f;
  return params;
}

constexpr double kKappa = 0.875;  // All constants are exact in single precision.

Problem MakeProblem(bool recurrent, std::uint64_t seed) {
  const LifNetworkParams params = NetworkParams();
  Problem problem{LifNetwork(params, 6.0f, recurrent ? 4.0f : 0.0f, seed), {}, {}, {}};
  ReferenceNetwork& reference = problem.reference;
  reference.num_inputs = kInputs;
  reference.num_neurons = kNeurons;
  reference.num_adaptive = kAdaptive;
  reference.alpha = params.alpha;
  reference.rho = params.rho;
  reference.kappa = kKappa;
  reference.v_th = params.v_th;
  reference.beta = params.beta;
  reference.gamma = params.gamma;
  const Eigen::MatrixXf& weights = problem.network.weights();
  reference.weights.assign(weights.data(), weights.data() + weights.size());

  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  for (int j = 0; j < kNeurons; ++j) reference.feedback.push_back(normal(random));
  for (int t = 0; t < kSteps; ++t) {
    std::vector<double> x(kInputs);
    for (double& value : x) value = static_cast<float>(normal(random));
    x.back() = 1.0;
    problem.x.push_back(x);
    problem.targets.push_back(normal(random));
  }
  return problem;
}

/// Sum over time of (dL/dzbar_j) ebar_ji, with the decoder's own traces on the reference's
/// activity.
std::vector<double> EpropGradient(const ReferenceNetwork& reference,
                                  const ReferenceNetwork::Run& run,
                                  const std::vector<double>& targets) {
  EligibilityTraces traces(NetworkParams(), static_cast<float>(kKappa), 1);
  BinActivity bin(kInputs, kNeurons, 1);
  std::vector<double> gradient(reference.weights.size(), 0.0);
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const Eigen::Map<const Eigen::VectorXd> sources(run.sources[t].data(), kInputs + kNeurons);
    bin.x.view() = sources.head(kInputs).cast<float>();
    bin.spikes.view().col(0) = sources.tail(kNeurons).cast<float>();
    bin.psi.view().col(0) =
        Eigen::Map<const Eigen::VectorXd>(run.psi[t].data(), kNeurons).cast<float>();
    traces.Advance(bin);
    const double error = run.output[t] - targets[t];
    for (int i = 0; i < kInputs + kNeurons; ++i) {
      for (int j = 0; j < kNeurons; ++j) {
        gradient[i * kNeurons + j] += reference.feedback[j] * error * traces.filtered()(j, i);
      }
    }
  }
  return gradient;
}

struct Agreement {
  double cosine = 0.0;
  double same_sign = 0.0;      ///< Share of weights, by size of the true gradient.
  double largest_error = 0.0;  ///< Relative to the largest element of the true gradient.
};

Agreement Compare(const std::vector<double>& truth, const std::vector<double>& estimate,
                  std::size_t first = 0) {
  double tt = 0, ee = 0, te = 0, signs = 0, sizes = 0, largest = 0, error = 0;
  for (std::size_t i = first; i < truth.size(); ++i) {
    tt += truth[i] * truth[i];
    ee += estimate[i] * estimate[i];
    te += truth[i] * estimate[i];
    sizes += std::abs(truth[i]);
    if (truth[i] * estimate[i] > 0.0) signs += std::abs(truth[i]);
    largest = std::max(largest, std::abs(truth[i]));
    error = std::max(error, std::abs(truth[i] - estimate[i]));
  }
  return {te / std::sqrt(tt * ee), signs / sizes, error / largest};
}

class Eprop : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, Eprop, testing::Values(1, 2, 3, 4, 5));

TEST_P(Eprop, NetworkSpikesAsTheReferenceDoes) {
  Problem problem = MakeProblem(true, GetParam());
  const ReferenceNetwork::Run run = problem.reference.Forward(problem.x);
  double num_spikes = 0.0;
  for (int t = 0; t < kSteps; ++t) {
    problem.network.SetInput(
        Eigen::Map<const Eigen::VectorXd>(problem.x[t].data(), kInputs).cast<float>());
    problem.network.Advance();
    for (int j = 0; j < kNeurons; ++j) {
      ASSERT_NEAR(problem.network.v()[j], run.v[t][j], 1e-4) << "t " << t << ", neuron " << j;
      ASSERT_EQ(problem.network.z()[j], run.z[t][j]) << "t " << t << ", neuron " << j;
      ASSERT_NEAR(problem.network.psi()[j], run.psi[t][j], 1e-4);
      num_spikes += run.z[t][j];
    }
  }
  EXPECT_GT(num_spikes, 0.1 * kSteps * kNeurons) << "a silent network shows nothing";
}

TEST_P(Eprop, EqualsBackpropagationThroughTimeWithoutRecurrence) {
  const Problem problem = MakeProblem(false, GetParam());
  const ReferenceNetwork::Run run = problem.reference.Forward(problem.x);
  const std::vector<double> truth = problem.reference.Backpropagate(run, problem.targets);
  const Agreement agreement =
      Compare(truth, EpropGradient(problem.reference, run, problem.targets));
  EXPECT_LT(agreement.largest_error, 1e-5);
}

TEST_P(Eprop, EqualsFiniteDifferencesOfASmoothedNetworkWithoutRecurrence) {
  Problem problem = MakeProblem(false, GetParam());
  problem.reference.smooth = true;
  const ReferenceNetwork::Run run = problem.reference.Forward(problem.x);
  // The recurrent weights are zero here, but their gradient is not: the differences move them
  // through the loop, which e-prop leaves out only to second order.
  const std::vector<double> truth = problem.reference.FiniteDifferences(problem.x, problem.targets);
  const Agreement agreement =
      Compare(truth, EpropGradient(problem.reference, run, problem.targets));
  EXPECT_LT(agreement.largest_error, 1e-4);
}

TEST_P(Eprop, ReferenceBackpropagationEqualsFiniteDifferencesWithRecurrence) {
  Problem problem = MakeProblem(true, GetParam());
  problem.reference.smooth = true;
  const ReferenceNetwork::Run run = problem.reference.Forward(problem.x);
  const Agreement agreement =
      Compare(problem.reference.FiniteDifferences(problem.x, problem.targets),
              problem.reference.Backpropagate(run, problem.targets));
  EXPECT_LT(agreement.largest_error, 1e-5);
}

TEST_P(Eprop, PointsWithBackpropagationWhereRecurrenceMakesItAnApproximation) {
  const Problem problem = MakeProblem(true, GetParam());
  const ReferenceNetwork::Run run = problem.reference.Forward(problem.x);
  const std::vector<double> truth = problem.reference.Backpropagate(run, problem.targets);
  const std::vector<double> estimate = EpropGradient(problem.reference, run, problem.targets);
  const Agreement all = Compare(truth, estimate);
  const Agreement recurrent = Compare(truth, estimate, kInputs * kNeurons);
  RecordProperty("cosine_all", std::to_string(all.cosine));
  RecordProperty("cosine_recurrent", std::to_string(recurrent.cosine));
  std::printf(
      "e-prop against BPTT, recurrent network: cosine %.3f (recurrent weights %.3f), same sign "
      "%.0f %% (%.0f %%)\n",
      all.cosine, recurrent.cosine, 100 * all.same_sign, 100 * recurrent.same_sign);
  EXPECT_GT(all.cosine, 0.7);
  EXPECT_GT(recurrent.cosine, 0.7);
  EXPECT_GT(recurrent.same_sign, 0.8);
}

// The whole decoder: the change that plain gradient descent on the readout's loss would make is
// what the learning signal times the traces gives, for the decoder's own bins, sub-steps and
// readout filter.
TEST(SnnDecoder, MovesItsWeightsAgainstTheGradient) {
  SnnParams params;
  params.num_neurons = 16;
  params.readout = SnnReadout::kGradient;
  params.readout_inputs = false;
  params.learning_rate = 1e-3;
  params.rate_regularization = 0.0;
  const int channels = 6;
  SnnDecoder decoder(params, channels, 2, 20'000'000);
  std::mt19937_64 random(7);
  std::normal_distribution<float> normal;
  Eigen::VectorXf features(channels);
  double first = 0.0, last = 0.0;
  for (int k = 0; k < 2000; ++k) {
    // For half a second this way, for half a second that.
    const float way = k / 25 % 2 == 0 ? 1.0f : -1.0f;
    const TaskVector label = way * TaskVector(0.2, -0.1, 0.0);
    for (float& feature : features) feature = normal(random);
    features[0] += 2.0f * way;
    const double error = SquaredNorm(decoder.Decode(features) - label);
    (k < 100 ? first : last) += k < 100 || k >= 1900 ? error : 0.0;
    decoder.Learn(label);
  }
  // What remains is the turns, which spikes that are filtered follow late.
  EXPECT_LT(last, 0.25 * first);
}

}  // namespace
}  // namespace efferent::test
