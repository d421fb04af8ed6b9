#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/round_trip.h"

namespace efferent::bench {

/// What was measured of one system under one condition.
struct RoundTripTimes {
  std::string system;
  /// Blocks of consecutive round trips, [repeat][message], microseconds.
  std::vector<std::vector<double>> blocks_us;
  /// Messages that went out after their time, because the reply before had not come.
  std::int64_t late_count = 0;
  /// Of the session, where there is one, once all is measured.
  std::optional<v1::SessionStatistics> statistics = std::nullopt;
};

/// Times one system, in blocks: a request each bin width on one schedule for the whole of its life,
/// but none before the reply to the one before. Between two blocks the source's clock runs on, as
/// that of a rig that was cut off: the bins of that time are left out.
class RoundTripTimer {
 public:
  RoundTripTimer(std::string system, std::unique_ptr<RoundTrip> round_trip,
                 std::int64_t bin_width_ns)
      : round_trip_(std::move(round_trip)), width_(bin_width_ns) {
    times_.system = std::move(system);
  }

  /// Runs a block. A few messages come first that are not counted, until caches and the scheduler
  /// know the system again. @throws as RoundTrip::RunNs.
  void RunBlock(std::int64_t num_messages);

  /// Asks the server for what it counted. @throws RpcError if there is no answer.
  void AskStatistics() { times_.statistics = round_trip_->Statistics(); }

  const RoundTripTimes& times() const { return times_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::unique_ptr<RoundTrip> round_trip_;
  std::chrono::nanoseconds width_;
  std::optional<Clock::time_point> first_due_;
  std::int64_t next_bin_ = 0;
  RoundTripTimes times_;
};

}  // namespace efferent::bench
