#include "tests/bench/paired_timer.h"

#include <immintrin.h>

#include <algorithm>
#include <chrono>

#include "tests/bench/order_statistics.h"

namespace efferent::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kMinBlock = 20, kMaxBlock = 2000;
constexpr int kNumRepeats = 25;

// Nothing before it is left to be done, nothing after it has begun.
std::uint64_t ReadCounter() {
  _mm_lfence();
  const std::uint64_t ticks = __rdtsc();
  _mm_lfence();
  return ticks;
}

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class EmptyStep final : public TimedStep {
 public:
  void Prepare() override {}
  void Step() override {}
};

}  // namespace

PairedTimer::PairedTimer() : us_per_tick_(1.0), overhead_us_(0.0) {
  const auto start = Clock::now();
  const std::uint64_t first = ReadCounter();
  while (Clock::now() - start < std::chrono::milliseconds(10)) {
  }
  const double elapsed_us = 1e6 * SecondsSince(start);
  us_per_tick_ = elapsed_us / static_cast<double>(ReadCounter() - first);
  EmptyStep empty;
  overhead_us_ = Quantile(TimeBlock(&empty, kMaxBlock), 0.5);
}

std::vector<double> PairedTimer::TimeBlock(TimedStep* step, std::int64_t num_steps) const {
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(num_steps));
  for (std::int64_t k = 0; k < num_steps; ++k) {
    step->Prepare();
    const std::uint64_t before = ReadCounter();
    step->Step();
    times.push_back(static_cast<double>(ReadCounter() - before) * us_per_tick_);
  }
  return times;
}

PairedTimes PairedTimer::Run(StepCase* step_case, double seconds) const {
  // The first block warms up, and says how long the others can be.
  const auto start = Clock::now();
  TimeBlock(step_case->own.get(), kMinBlock);
  TimeBlock(step_case->reference.get(), kMinBlock);
  const double seconds_of_pair = SecondsSince(start) / static_cast<double>(kMinBlock);
  const auto block = std::clamp(
      static_cast<std::int64_t>(seconds / (kNumRepeats * seconds_of_pair)), kMinBlock, kMaxBlock);

  PairedTimes times;
  for (int repeat = 0; repeat < kNumRepeats || SecondsSince(start) < seconds; ++repeat) {
    times.own.push_back(TimeBlock(step_case->own.get(), block));
    times.reference.push_back(TimeBlock(step_case->reference.get(), block));
  }
  return times;
}

}  // namespace efferent::bench
