#include "decoder/snn/eligibility_traces.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/unit/decoder/kernel_choice.h"

namespace efferent {
namespace {

constexpr float kKappa = 0.9f;
constexpr double kLearningRate = 1e-3;

struct Shape {
  int inputs, neurons, adaptive, steps;
};

void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.inputs << " inputs, " << shape.neurons << " neurons, " << shape.adaptive
       << " adaptive, " << shape.steps << " steps";
}

LifNetworkParams Params(const Shape& shape) {
  LifNetworkParams params;
  params.num_inputs = shape.inputs;
  params.num_neurons = shape.neurons;
  params.num_adaptive = shape.adaptive;
  params.alpha = 0.6f;
  params.rho = 0.95f;
  params.beta = 0.5f;
  return params;
}

/// Activity as a network's could be, a spike with `spike_probability`.
class Activity {
 public:
  Activity(const Shape& shape, double spike_probability)
      : bin_(shape.inputs, shape.neurons, shape.steps), spike_(spike_probability) {}

  const BinActivity& Next() {
    for (float& x : bin_.x.view()) x = normal_(random_);
    for (Eigen::Index s = 0; s < bin_.psi.columns(); ++s) {
      for (float& z : bin_.spikes.view().col(s)) z = spike_(random_) ? 1.0f : 0.0f;
      for (float& psi : bin_.psi.view().col(s)) {
        psi = 0.3f * std::max(0.0f, 1.0f - std::abs(normal_(random_)));
      }
    }
    return bin_;
  }
  Eigen::VectorXf LearningSignal() {
    return Eigen::VectorXf::NullaryExpr(bin_.psi.rows(), [&] { return 0.01f * normal_(random_); });
  }

 private:
  BinActivity bin_;
  std::mt19937_64 random_{3};
  std::normal_distribution<float> normal_;
  std::bernoulli_distribution spike_;
};

/// The header's equations in double precision, synapse by synapse and step by step, and textbook
/// Adam.
struct PlainSynapses {
  explicit PlainSynapses(const LifNetworkParams& p) : params(p) {
    const Eigen::Index sources = p.num_inputs + p.num_neurons;
    xbar = Eigen::VectorXd::Zero(sources);
    eps = ebar = m = v = weights = Eigen::MatrixXd::Zero(p.num_neurons, sources);
  }

  void Advance(const BinActivity& bin) {
    for (Eigen::Index s = 0; s < bin.psi.columns(); ++s) {
      for (Eigen::Index i = 0; i < xbar.size(); ++i) {
        const bool input = i < params.num_inputs;
        const double source = input ? bin.x.view()[i] : bin.spikes.view()(i - params.num_inputs, s);
        xbar[i] = params.alpha * xbar[i] + source;
        for (Eigen::Index j = 0; j < ebar.rows(); ++j) {
          const bool adaptive = j >= params.num_neurons - params.num_adaptive;
          const double beta = adaptive ? params.beta : 0.0;
          const double psi = bin.psi.view()(j, s);
          ebar(j, i) = kKappa * ebar(j, i) + psi * (xbar[i] - beta * eps(j, i));
          eps(j, i) = psi * xbar[i] + (params.rho - beta * psi) * eps(j, i);
        }
      }
    }
  }
  void Descend(const Eigen::VectorXf& learning_signal) {
    ++updates;
    const Eigen::MatrixXd gradient = learning_signal.cast<double>().asDiagonal() * ebar;
    m = 0.9 * m + 0.1 * gradient;
    v = 0.999 * v + 0.001 * gradient.cwiseAbs2();
    const double step =
        kLearningRate * std::sqrt(1.0 - std::pow(0.999, updates)) / (1.0 - std::pow(0.9, updates));
    weights.array() -= step * m.array() / (v.array().sqrt() + 1e-8);
  }

  LifNetworkParams params;
  int updates = 0;
  Eigen::VectorXd xbar;
  Eigen::MatrixXd eps, ebar, m, v, weights;
};

class Traces : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Shapes, Traces,
                         testing::Values(Shape{1, 1, 0, 1}, Shape{1, 1, 1, 3}, Shape{5, 7, 3, 1},
                                         Shape{97, 64, 32, 1}, Shape{97, 64, 32, 4},
                                         Shape{9, 65, 65, 2}, Shape{30, 100, 49, 5},
                                         Shape{8, 20, 0, 7}, Shape{3, 8, 2, 100}));

TEST_P(Traces, OnePassOverABinEqualsItsStepsOneByOne) {
  for (const kernels::Kernels& kernels : SupportedKernels()) {
    EligibilityTraces traces(Params(GetParam()), kKappa, GetParam().steps, kernels);
    PlainSynapses plain(Params(GetParam()));
    Activity activity(GetParam(), 0.2);
    for (int k = 0; k < 40; ++k) {
      const BinActivity& bin = activity.Next();
      traces.Advance(bin);
      plain.Advance(bin);
      const double scale = plain.ebar.cwiseAbs().maxCoeff();
      ASSERT_LT((traces.filtered().cast<double>() - plain.ebar).cwiseAbs().maxCoeff(), 1e-5 * scale)
          << "bin " << k;
    }
  }
}

TEST_P(Traces, DescendAsTextbookAdamDoes) {
  for (const kernels::Kernels& kernels : SupportedKernels()) {
    const int sources = GetParam().inputs + GetParam().neurons;
    EligibilityTraces traces(Params(GetParam()), kKappa, GetParam().steps, kernels);
    SynapticAdam adam(GetParam().neurons, sources, kLearningRate);
    kernels::PaddedMatrix weights(GetParam().neurons, sources);
    PlainSynapses plain(Params(GetParam()));
    Activity activity(GetParam(), 0.2);
    for (int k = 0; k < 20; ++k) {
      const BinActivity& bin = activity.Next();
      plain.Advance(bin);
      if (k % 3 == 2) {  // no label
        traces.Advance(bin);
        continue;
      }
      const Eigen::VectorXf learning_signal = activity.LearningSignal();
      traces.AdvanceAndDescend(bin, learning_signal, &adam, &weights);
      plain.Descend(learning_signal);
    }
    // Adam divides by the gradient's size: where a trace is next to nothing, its rounding is a visible
    // share of a step; hence the comparison with the way that all 14 steps could go.
    EXPECT_LT((weights.view().cast<double>() - plain.weights).cwiseAbs().maxCoeff(),
              1e-3 * 14 * kLearningRate);
    EXPECT_GT(plain.weights.cwiseAbs().maxCoeff(), kLearningRate);
  }
}

/// Everything that learning leaves behind.
struct Outcome {
  Eigen::MatrixXf filtered, weights;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Learn(const Shape& shape, double spike_probability, float scale_of_signal,
              const kernels::Kernels& kernels) {
  const int sources = shape.inputs + shape.neurons;
  EligibilityTraces traces(Params(shape), kKappa, shape.steps, kernels);
  SynapticAdam adam(shape.neurons, sources, kLearningRate);
  kernels::PaddedMatrix weights(shape.neurons, sources);
  Activity activity(shape, spike_probability);
  for (int k = 0; k < 60; ++k) {
    const BinActivity& bin = activity.Next();
    const Eigen::VectorXf learning_signal = scale_of_signal * activity.LearningSignal();
    traces.AdvanceAndDescend(bin, learning_signal, &adam, &weights);
  }
  return {traces.filtered(), weights.view()};
}

TEST_P(Traces, EveryKernelGivesTheSameBits) {
  // Silent, some and all neurons spiking; and gradients whose squares are below the normal range.
  for (const double spike_probability : {0.0, 0.2, 1.0}) {
    for (const float scale : {1.0f, 1e-18f, 1e-30f}) {
      const auto all = SupportedKernels();
      const Outcome first = Learn(GetParam(), spike_probability, scale, all.front());
      EXPECT_TRUE(first.weights.allFinite());
      for (const kernels::Kernels& kernels : all) {
        EXPECT_EQ(Learn(GetParam(), spike_probability, scale, kernels), first)
            << "spike probability " << spike_probability << ", signal times " << scale;
      }
    }
  }
}

TEST(EligibilityTraces, DecayToZeroAndNotToTheSmallestNumberThatIsNotZero) {
  const Shape shape{3, 12, 6, 2};
  for (const kernels::Kernels& kernels : SupportedKernels()) {
    EligibilityTraces traces(Params(shape), kKappa, shape.steps, kernels);
    Activity activity(shape, 0.5);
    for (int k = 0; k < 20; ++k) traces.Advance(activity.Next());
    ASSERT_GT(traces.filtered().cwiseAbs().minCoeff(), 0.0f);
    // kappa^n falls below the smallest normal number at n = 830; rounded to the nearest, 0.9 times a
    // few of the smallest subnormal numbers would be the same few for ever.
    const BinActivity silence(shape.inputs, shape.neurons, shape.steps);
    for (int k = 0; k < 500; ++k) traces.Advance(silence);
    EXPECT_EQ(traces.filtered().cwiseAbs().maxCoeff(), 0.0f);
  }
}

TEST(Kernels, LeaveSubnormalNumbersToTheRestOfTheProgram) {
  for (const kernels::Kernels& kernels : SupportedKernels()) {
    const double a = 1.0, b = 2.0;
    EXPECT_EQ(kernels.Dot(&a, &b, 1), 2.0);
    volatile float tiny = std::numeric_limits<float>::min();
    EXPECT_GT(tiny * 0.5f, 0.0f);
  }
}

}  // namespace
}  // namespace efferent
