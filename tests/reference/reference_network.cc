#include "tests/reference/reference_network.h"

#include <algorithm>
#include <cmath>

namespace efferent::test {
namespace {

using Series = std::vector<std::vector<double>>;

double SmoothSpike(double u, double v_th, double gamma) {
  if (u <= -v_th) return 0.0;
  if (u >= v_th) return gamma;
  const double rest = v_th - std::abs(u);
  const double below = gamma * rest * rest / (2.0 * v_th * v_th);
  return u < 0.0 ? below : gamma - below;
}

}  // namespace

ReferenceNetwork::Run ReferenceNetwork::Forward(const Series& x, const Series* resets) const {
  const int n = num_neurons;
  Run run;
  std::vector<double> v(n, 0.0), a(n, 0.0), z(n, 0.0), zbar(n, 0.0), psi(n, 0.0);
  for (std::size_t t = 0; t < x.size(); ++t) {
    std::vector<double> sources = x[t];
    sources.insert(sources.end(), z.begin(), z.end());
    const std::vector<double> before = z;
    std::vector<double> threshold(n);
    for (int j = 0; j < n; ++j) {
      double current = 0.0;
      for (std::size_t i = 0; i < sources.size(); ++i) current += weights[i * n + j] * sources[i];
      const double reset = resets ? (t == 0 ? 0.0 : (*resets)[t - 1][j]) : before[j];
      v[j] = alpha * v[j] + current - v_th * reset;
      if (j >= n - num_adaptive) a[j] = rho * a[j] + before[j];
      threshold[j] = v_th + beta * a[j];
      const double u = v[j] - threshold[j];
      z[j] = smooth ? SmoothSpike(u, v_th, gamma) : (u > 0.0 ? 1.0 : 0.0);
      psi[j] = gamma / v_th * std::max(0.0, 1.0 - std::abs(u) / v_th);
      zbar[j] = kappa * zbar[j] + z[j];
    }
    double output = 0.0;
    for (int j = 0; j < n; ++j) output += feedback[j] * zbar[j];
    run.v.push_back(v);
    run.threshold.push_back(threshold);
    run.z.push_back(z);
    run.psi.push_back(psi);
    run.sources.push_back(sources);
    run.zbar.push_back(zbar);
    run.output.push_back(output);
  }
  return run;
}

double ReferenceNetwork::Loss(const Run& run, const std::vector<double>& targets) {
  double loss = 0.0;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    loss += 0.5 * (run.output[t] - targets[t]) * (run.output[t] - targets[t]);
  }
  return loss;
}

std::vector<double> ReferenceNetwork::Backpropagate(const Run& run,
                                                    const std::vector<double>& targets) const {
  const int n = num_neurons;
  std::vector<double> gradient(weights.size(), 0.0);
  // Adjoints of v, a and zbar at t + 1, and what reaches z[t] through the recurrent weights.
  std::vector<double> d_v(n, 0.0), d_a(n, 0.0), d_zbar(n, 0.0);
  for (std::size_t t = targets.size(); t-- > 0;) {
    std::vector<double> d_z(n, 0.0);
    for (int j = 0; j < n; ++j) {
      d_zbar[j] = kappa * d_zbar[j] + feedback[j] * (run.output[t] - targets[t]);
      d_z[j] = d_zbar[j] + (j >= n - num_adaptive ? d_a[j] : 0.0);
      for (int l = 0; l < n; ++l) d_z[j] += weights[(num_inputs + j) * n + l] * d_v[l];
    }
    for (int j = 0; j < n; ++j) {
      const double d_u = d_z[j] * run.psi[t][j];
      d_v[j] = alpha * d_v[j] + d_u;
      d_a[j] = rho * d_a[j] - beta * d_u;
      for (std::size_t i = 0; i < run.sources[t].size(); ++i) {
        gradient[i * n + j] += d_v[j] * run.sources[t][i];
      }
    }
  }
  return gradient;
}

std::vector<double> ReferenceNetwork::FiniteDifferences(const Series& x,
                                                        const std::vector<double>& targets) const {
  constexpr double kStep = 1e-6;
  const Run base = Forward(x);
  std::vector<double> gradient(weights.size());
  ReferenceNetwork moved = *this;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    moved.weights[i] = weights[i] + kStep;
    const double above = Loss(moved.Forward(x, &base.z), targets);
    moved.weights[i] = weights[i] - kStep;
    const double below = Loss(moved.Forward(x, &base.z), targets);
    moved.weights[i] = weights[i];
    gradient[i] = (above - below) / (2.0 * kStep);
  }
  return gradient;
}

}  // namespace efferent::test
