#pragma once

#include <random>
#include <vector>

#include "clients/subject/tuning.h"

namespace efferent::subject {

/// Settings of RectifiedTuning.
struct RectifiedTuningParams {
  double gain = 1.5;  ///< Rates saturate where the intent is 1 / gain of full effort.
  double rate_noise =
      0.0;  ///< Standard deviation of the noise inside the clip; harder setting: 0.3.
};

/// The neurons of the OPS task (NeuroBench, branch 2025_GC):
///   rate_i = lmin_i + (lmax_i - lmin_i) clip(gain pd_i . u + s_i + n_i, 0, 1)
/// u: intent, for that task dv / a_max; n_i ~ N(0, rate_noise), anew in each bin; pd_i as the arm's
/// posture turns it and s_i what that adds, see posture.h.
class RectifiedTuning final : public Tuning {
 public:
  /// @throws std::invalid_argument if the population is empty or a setting makes no sense.
  RectifiedTuning(const Population& population, const RectifiedTuningParams& params,
                  std::uint64_t seed);

  const std::vector<double>& Rates(const Vec3& intent, const Vec3& arm_position_m) override;
  void SetPopulation(const Population& population) override;
  void Reseed(std::uint64_t seed) override;

 private:
  RectifiedTuningParams params_;
  Population population_;
  std::mt19937_64 random_;
  std::normal_distribution<double> noise_{0.0, 1.0};
  std::vector<double> rates_hz_;
};

}  // namespace efferent::subject
