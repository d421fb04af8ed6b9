#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <random>
#include <vector>

#include "decoder/types.h"

namespace efferent::bench {

/// What a decoder is given: features that follow a velocity, as those of a motor cortex do, and the
/// velocity itself as the label. Both wander with a time constant of 100 ms; the features carry noise
/// besides. Drawn once and replayed in a circle, so that nothing but the step is measured.
class World {
 public:
  World(int num_channels, double bin_width_s, std::uint64_t seed);

  /// Goes on to the next bin.
  void Advance() { k_ = (k_ + 1) % static_cast<Eigen::Index>(velocities_.size()); }
  /// num_channels, mean 0 and deviation 1. Valid until Advance.
  const Eigen::VectorXf& features() const { return features_[static_cast<std::size_t>(k_)]; }
  /// Of a deviation of 0.1 m/s on two axes.
  const TaskVector& velocity_m_s() const { return velocities_[static_cast<std::size_t>(k_)]; }

 private:
  Eigen::Index k_ = 0;
  std::vector<Eigen::VectorXf> features_;
  std::vector<TaskVector> velocities_;
};

}  // namespace efferent::bench
