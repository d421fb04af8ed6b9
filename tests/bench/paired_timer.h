#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/step_case.h"

namespace efferent::bench {

/// Durations of single steps, in microseconds, of two implementations that took turns.
struct PairedTimes {
  /// Blocks of consecutive steps, [repeat][step].
  std::vector<std::vector<double>> own, reference;
};

/// Lets the two of a case take turns for about `seconds`, block by block, each block long enough that
/// the caches are its own. Every step is timed by itself with the processor's time stamp counter,
/// which runs at a constant rate and costs a fifth of what the system's clock does: percentiles of a
/// step below a microsecond need both. libbenchmark times loops: it has no percentiles of single
/// iterations and does not interleave.
class PairedTimer {
 public:
  /// Measures the counter's rate and the cost of reading it (some 10 ms).
  PairedTimer();

  /// What an empty step is measured to take, microseconds; contained in every figure.
  double overhead_us() const { return overhead_us_; }

  PairedTimes Run(StepCase* step_case, double seconds) const;

 private:
  std::vector<double> TimeBlock(TimedStep* step, std::int64_t num_steps) const;

  double us_per_tick_;
  double overhead_us_;
};

}  // namespace efferent::bench
