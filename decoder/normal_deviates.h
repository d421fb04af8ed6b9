#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace efferent {

/// Normal deviates that are the same on every platform (std::normal_distribution is not):
/// SplitMix64 (Steele et al., OOPSLA 2014) and the Box-Muller transform.
class NormalDeviates {
 public:
  explicit NormalDeviates(std::uint64_t seed) : state_(seed) {}

  /// Fills `matrix`, column by column, with deviates of the given standard deviation.
  void Fill(float standard_deviation, Eigen::Ref<Eigen::MatrixXf> matrix) {
    for (Eigen::Index column = 0; column < matrix.cols(); ++column) {
      for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
        matrix(row, column) = standard_deviation * static_cast<float>(Next());
      }
    }
  }

  /// Of standard deviation 1. Real-time safe.
  double Next() noexcept {
    const double u = Uniform();
    const double phase = 2.0 * std::numbers::pi * Uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(phase);
  }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("state", state_);
  }

 private:
  /// In (0, 1].
  double Uniform() noexcept {
    std::uint64_t x = (state_ += 0x9E3779B97F4A7C15u);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    x ^= x >> 31;
    return (static_cast<double>(x >> 11) + 1.0) * 0x1.0p-53;
  }
  std::uint64_t state_;
};

}  // namespace efferent
