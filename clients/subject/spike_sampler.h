#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "clients/subject/observation.h"

namespace efferent::subject {

/// One spike; neuron i fires on channel i.
struct SpikeEvent {
  std::uint32_t channel = 0;
  TimeNs time_ns = 0;
};

/// How spikes follow from a rate.
enum class SpikeStatistics {
  kBernoulli,  ///< At most one spike in each step of 10 ms or less, with probability rate * step
               ///< (OPS task).
  kPoisson,    ///< Poisson process.
};

/// Draws the spikes of a bin. Bins longer than 10 ms are cut into equal steps of at most 10 ms,
/// each with a draw of its own, so that rates of 100 Hz do not saturate. Times are uniform within
/// the step.
class SpikeSampler {
 public:
  /// @throws std::invalid_argument if the bin width is not in [0.1 ms, 1 s].
  SpikeSampler(SpikeStatistics statistics, TimeNs bin_width_ns, std::uint64_t seed);

  /// Starts the random numbers anew.
  void Reseed(std::uint64_t seed);

  /// Spikes of the bin that starts at `bin_start_ns`, by channel; times are in [bin start, bin
  /// start + width). rates_hz: one for each neuron, >= 0. `silent`: as many, neurons that do not
  /// fire; they use up random numbers like the others, so that the spikes of those do not depend on
  /// who is silent. Valid until the next call.
  const std::vector<SpikeEvent>& Draw(TimeNs bin_start_ns, std::span<const double> rates_hz,
                                      const std::vector<bool>& silent);

 private:
  void DrawBernoulli(TimeNs bin_start_ns, std::uint32_t channel, double rate_hz);
  void DrawPoisson(TimeNs bin_start_ns, std::uint32_t channel, double rate_hz);

  SpikeStatistics statistics_;
  TimeNs bin_width_ns_;
  int num_steps_;
  std::mt19937_64 random_;
  std::vector<SpikeEvent> spikes_;
};

}  // namespace efferent::subject
