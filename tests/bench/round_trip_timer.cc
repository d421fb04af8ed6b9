#include "tests/bench/round_trip_timer.h"

#include <chrono>
#include <thread>
#include <utility>

#include "clients/subject/bin_pacer.h"

namespace efferent::bench {
namespace {

constexpr std::int64_t kWarmUp = 3;

}  // namespace

void TimeRoundTrips(RoundTrip* round_trip, std::int64_t bin_width_ns, std::int64_t num_messages,
                    RoundTripTimes* times) {
  using Clock = subject::BinPacer::Clock;
  std::vector<double> block;
  block.reserve(static_cast<std::size_t>(num_messages));
  subject::BinPacer pacer(std::chrono::nanoseconds(bin_width_ns), Clock::now());
  for (std::int64_t k = -kWarmUp; k < num_messages; ++k) {
    const bool late = Clock::now() >= pacer.due();
    round_trip->Prepare();
    std::this_thread::sleep_until(pacer.due());
    const double duration_us = 1e-3 * static_cast<double>(round_trip->RunNs());
    pacer.Advance(Clock::now());
    if (k < 0) continue;
    times->late_count += late ? 1 : 0;
    block.push_back(duration_us);
  }
  times->blocks_us.push_back(std::move(block));
}

}  // namespace efferent::bench
