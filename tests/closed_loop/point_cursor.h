#pragma once

#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "clients/subject/observation.h"

namespace efferent::subject {

/// Settings of PointCursor: the OPS task. Target at a uniform angle, start at rest in the centre,
/// success after the hold.
struct PointCursorParams {
  double distance_m = 0.08;
  double radius_m = 0.025;
  int hold_bins = 50;
  int cap_bins = 300;
  int home_bins = 60;  ///< Between trials: longer than every delay.
  TimeNs bin_ns = 10'000'000;
};

struct TaskResult {
  int num_trials = 0;
  int num_successes = 0;
  double mean_time_s = 0.0;  ///< With the hold; a failed trial counts with the cap.
};

/// The task on a cursor without mass, in-process.
class PointCursor {
 public:
  /// Velocity during the bin that begins, from what there is to see then. `trial_start`: first bin
  /// of a trial.
  using Controller = std::function<Vec3(const Observation& seen, bool trial_start)>;

  PointCursor(const PointCursorParams& params, std::uint64_t seed)
      : params_(params), random_(seed) {}

  TaskResult Run(int num_trials, const Controller& controller) {
    TaskResult result;
    result.num_trials = num_trials;
    for (int trial = 0; trial < num_trials; ++trial) {
      Observation state;
      state.engaged = true;
      const double angle = angle_(random_);
      state.target = Target{params_.distance_m * Vec3(std::cos(angle), std::sin(angle), 0.0),
                            params_.radius_m};
      int inside = 0, bin = 0;
      while (bin < params_.cap_bins && inside < params_.hold_bins) {
        state.time_ns = now_ns_;
        state.velocity_m_s = controller(state, bin == 0);
        state.position_m += Seconds(params_.bin_ns) * state.velocity_m_s;
        now_ns_ += params_.bin_ns;
        ++bin;
        const double error = (state.target->position_m - state.position_m).norm();
        inside = error <= params_.radius_m ? inside + 1 : 0;
      }
      result.num_successes += inside >= params_.hold_bins;
      result.mean_time_s += bin * Seconds(params_.bin_ns) / num_trials;
      for (int k = 0; k < params_.home_bins; ++k) {
        Observation home;
        home.time_ns = now_ns_;
        controller(home, false);
        now_ns_ += params_.bin_ns;
      }
    }
    return result;
  }

 private:
  PointCursorParams params_;
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> angle_{0.0, 2.0 * std::numbers::pi};
  TimeNs now_ns_ = 0;
};

}  // namespace efferent::subject
