#include "decoder/snn/lif_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <tuple>
#include <vector>

#include "tests/unit/decoder/kernel_choice.h"

namespace efferent {
namespace {

constexpr int kSteps = 60;

LifNetworkParams Params(int num_inputs, int num_neurons, int num_adaptive) {
  LifNetworkParams params;
  params.num_inputs = num_inputs;
  params.num_neurons = num_neurons;
  params.num_adaptive = num_adaptive;
  params.alpha = 0.7f;
  params.rho = 0.95f;
  params.v_th = 0.8f;
  params.beta = 0.4f;
  params.gamma = 0.3f;
  return params;
}

/// The header's equations, neuron by neuron, with sums in the order that kernels.h promises.
struct PlainNetwork {
  explicit PlainNetwork(const LifNetwork& network)
      : params(network.params()), weights(network.weights()) {
    v = a = z = psi = Eigen::VectorXf::Zero(params.num_neurons);
  }

  void Advance(const Eigen::VectorXf& x) {
    const Eigen::VectorXf before = z;
    const float slope = 1.0f / params.v_th;
    for (int j = 0; j < params.num_neurons; ++j) {
      float current = 0.0f;
      for (int i = 0; i < params.num_inputs; ++i) current += x[i] * weights(j, i);
      v[j] = params.alpha * v[j] + current - params.v_th * before[j];
      for (int i = 0; i < params.num_neurons; ++i) {
        if (before[i] != 0.0f) v[j] += weights(j, params.num_inputs + i);
      }
      const bool adaptive = j >= params.num_neurons - params.num_adaptive;
      if (adaptive) a[j] = params.rho * a[j] + before[j];
      const float above = v[j] - (params.v_th + params.beta * a[j]);
      z[j] = above > 0.0f ? 1.0f : 0.0f;
      psi[j] = params.gamma * slope * std::max(0.0f, 1.0f - std::abs(above) * slope);
    }
  }

  LifNetworkParams params;
  Eigen::MatrixXf weights;
  Eigen::VectorXf v, a, z, psi;
};

using Shape = std::tuple<int, int, int>;  // inputs, neurons, adaptive neurons

class LifNetworkShapes : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(All, LifNetworkShapes,
                         testing::Values(Shape(1, 1, 0), Shape(3, 1, 1), Shape(5, 7, 3),
                                         Shape(97, 8, 8), Shape(97, 9, 1), Shape(20, 63, 31),
                                         Shape(97, 64, 32), Shape(2, 65, 0), Shape(13, 100, 50),
                                         Shape(41, 257, 129)));

TEST_P(LifNetworkShapes, EveryKernelGivesTheBitsOfPlainLoops) {
  const auto [inputs, neurons, adaptive] = GetParam();
  for (const kernels::Kernels& kernels : SupportedKernels()) {
    LifNetwork network(Params(inputs, neurons, adaptive), 4.0f, 2.0f, 5, kernels);
    network.weights().col(inputs - 1).setConstant(0.4f);  // so that even one neuron alone spikes
    PlainNetwork plain(network);
    std::mt19937_64 random(6);
    std::normal_distribution<float> normal;
    float num_spikes = 0.0f;
    for (int t = 0; t < kSteps; ++t) {
      const Eigen::VectorXf x =
          Eigen::VectorXf::NullaryExpr(inputs, [&] { return 1.0f + normal(random); });
      network.SetInput(x);
      network.Advance();
      plain.Advance(x);
      ASSERT_EQ(network.v(), plain.v) << "step " << t;
      ASSERT_EQ(network.a(), plain.a) << "step " << t;
      ASSERT_EQ(network.z(), plain.z) << "step " << t;
      ASSERT_EQ(network.psi(), plain.psi) << "step " << t;
      num_spikes += plain.z.sum();
    }
    EXPECT_GT(num_spikes, 0.0f);
  }
}

TEST_P(LifNetworkShapes, SilentWithoutInputAndAllSpikingWithALargeOne) {
  const auto [inputs, neurons, adaptive] = GetParam();
  for (const kernels::Kernels& kernels : SupportedKernels()) {
    LifNetwork network(Params(inputs, neurons, adaptive), 1.0f, 0.1f, 5, kernels);
    network.SetInput(Eigen::VectorXf::Zero(inputs));
    for (int t = 0; t < kSteps; ++t) network.Advance();
    EXPECT_EQ(network.z().sum(), 0.0f);
    EXPECT_EQ(network.v().cwiseAbs().maxCoeff(), 0.0f);

    network.weights().leftCols(inputs).setConstant(10.0f);
    network.SetInput(Eigen::VectorXf::Ones(inputs));
    for (int t = 0; t < 3; ++t) {
      network.Advance();
      EXPECT_EQ(network.z().sum(), static_cast<float>(neurons)) << "step " << t;
    }
    network.ResetActivity();
    network.SetInput(Eigen::VectorXf::Zero(inputs));
    network.Advance();
    EXPECT_EQ(network.v().cwiseAbs().maxCoeff(), 0.0f) << "no spike survives the reset";
  }
}

TEST(LifNetwork, CopyGoesOnByItself) {
  LifNetwork network(Params(4, 20, 10), 4.0f, 2.0f, 5);
  network.SetInput(Eigen::VectorXf::Ones(4));
  for (int t = 0; t < 20; ++t) network.Advance();
  LifNetwork copy = network;
  for (int t = 0; t < 20; ++t) {
    network.Advance();
    copy.Advance();
  }
  EXPECT_EQ(copy.v(), network.v());
  EXPECT_NE(copy.v().data(), network.v().data());
}

}  // namespace
}  // namespace efferent
