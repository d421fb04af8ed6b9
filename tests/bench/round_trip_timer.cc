#include "tests/bench/round_trip_timer.h"

#include <algorithm>
#include <thread>

namespace efferent::bench {
namespace {

constexpr std::int64_t kWarmUp = 3;

}  // namespace

void RoundTripTimer::RunBlock(std::int64_t num_messages) {
  const Clock::time_point start = Clock::now();
  if (!first_due_) first_due_ = start + width_;
  next_bin_ = std::max<std::int64_t>(next_bin_, (start - *first_due_) / width_ + 1);

  std::vector<double> block;
  block.reserve(static_cast<std::size_t>(num_messages));
  for (std::int64_t k = -kWarmUp; k < num_messages; ++k, ++next_bin_) {
    const Clock::time_point due = *first_due_ + next_bin_ * width_;
    const bool late = Clock::now() >= due;
    round_trip_->Prepare(next_bin_);
    std::this_thread::sleep_until(due);
    const double duration_us = 1e-3 * static_cast<double>(round_trip_->RunNs());
    if (k < 0) continue;
    times_.late_count += late ? 1 : 0;
    block.push_back(duration_us);
  }
  times_.blocks_us.push_back(std::move(block));
}

}  // namespace efferent::bench
