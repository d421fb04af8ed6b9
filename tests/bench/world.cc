#include "tests/bench/world.h"

#include <cmath>

namespace efferent::bench {
namespace {

constexpr int kNumBins = 2000;
constexpr double kTauS = 0.1;
constexpr double kSpeedDeviation = 0.1;

}  // namespace

World::World(int num_channels, double bin_width_s, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  const double keep = std::exp(-bin_width_s / kTauS), fresh = std::sqrt(1.0 - keep * keep);
  TaskVector velocity;
  Eigen::VectorXf noise = Eigen::VectorXf::Zero(num_channels);
  for (int k = 0; k < kNumBins; ++k) {
    for (int axis = 0; axis < 2; ++axis) {
      velocity[axis] = keep * velocity[axis] + fresh * kSpeedDeviation * normal(random);
    }
    Eigen::VectorXf features(num_channels);
    for (Eigen::Index i = 0; i < num_channels; ++i) {
      noise[i] = static_cast<float>(keep * noise[i] + fresh * normal(random));
      const auto angle = static_cast<double>(i);
      const double drive =
          (std::cos(angle) * velocity.x() + std::sin(angle) * velocity.y()) / kSpeedDeviation;
      features[i] = std::sqrt(0.5f) * (static_cast<float>(drive) + noise[i]);
    }
    velocities_.push_back(velocity);
    features_.push_back(features);
  }
}

}  // namespace efferent::bench
