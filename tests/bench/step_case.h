#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decoder/kernels/kernels.h"

namespace efferent::bench {

/// Something that is timed, one bin at a time: Prepare is not timed, Step is.
class TimedStep {
 public:
  virtual ~TimedStep() = default;
  virtual void Prepare() = 0;
  virtual void Step() = 0;
};

/// The decoder's own code and the reference on the same inputs, and what a step has to touch.
struct StepCase {
  std::string name;
  std::string what;
  std::optional<double> goal_us;  ///< What p50 should not exceed.
  std::unique_ptr<TimedStep> own, reference;
  std::int64_t num_synapses = 0;  ///< Weights that a step reads or learns.
  std::int64_t state_bytes = 0;   ///< What has to stay in a cache.
  double bytes_per_step = 0.0;    ///< Read and written by a step of the decoder's own code.
  /// Spikes per second and neuron of `own`, whose life it shares; empty where there are no neurons.
  std::function<double()> rate_hz;
};

/// All of them, in the order in which they are reported.
std::vector<StepCase> MakeStepCases(const kernels::Kernels& kernels, std::uint64_t seed);

/// The last but one of them: the whole step with the default decoder, bins of 10 ms.
StepCase MakeWholeStepCase(const kernels::Kernels& kernels, std::uint64_t seed);

}  // namespace efferent::bench
