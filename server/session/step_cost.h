#pragma once

#include <cstdint>
#include <functional>

#include "server/session/session_settings.h"

namespace efferent {

/// Whether whoever asked for something slow has given up: then it is dropped at the next opportunity. Null: nobody
/// does. Thread-safe.
using GivenUp = std::function<bool()>;

/// Processor time that a session's bins take on this machine.
struct StepCost {
  /// What gRPC takes to receive a chunk and an arm's state and to send a command and an
  /// acknowledgement. With `efferent-bench scale`, 96 channels and snn learning, the server took 195 us
  /// for a bin of each of 112 sessions at 50 Hz, and 96 us for one of 11 at 1 kHz.
  static constexpr std::int64_t kTransportNs = 100'000;
  /// Bins so far apart find caches cold, since others were there meanwhile: decoding and learning then
  /// take about twice as long.
  static constexpr TimeNs kColdAfterNs = 5'000'000;

  std::int64_t decode_ns = 0;
  std::int64_t learn_ns = 0;

  /// From a bin's arrival to its command.
  std::int64_t ResponseNs() const { return kTransportNs + decode_ns; }
  /// In processors, 0 to 1: learning that does not fit into a bin is skipped.
  double ProcessorShare(TimeNs bin_width_ns) const;
};

/// Decodes and learns from some bins of made-up spikes, with a decoder that is thrown away: the medians
/// of what they took. A few times what it takes to build the session. If the caller gives up, after the first bin that
/// there is.
/// @throws as MakeStep does.
StepCost MeasureStepCost(const SessionSettings& settings, const DecoderFactory& make_decoder,
                         const GivenUp& given_up = nullptr);

}  // namespace efferent
