#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "decoder/hold.h"
#include "decoder/parameters.h"
#include "server/loop/command_mailbox.h"

namespace efferent {

/// When silence is acted upon; nanoseconds of the server's monotonic clock.
struct WatchdogParams {
  std::int64_t hold_after_ns = 0;  ///< 0: one and a half bins, at least 5 ms.
  std::int64_t stop_after_ns = 0;  ///< 0: 100 ms, or two bins where that is longer.
  std::int64_t hold_half_life_ns = kHoldHalfLifeNs;

  /// With the zeros replaced by what they stand for. A session that is not in real time waits for ten
  /// minutes before it holds, whatever is set: its source and its arm do not go by the clock, and a busy
  /// machine must not change what is decoded.
  WatchdogParams Effective(TimeNs bin_width_ns, bool real_time) const;
};

template <class Visitor>
void VisitFields(WatchdogParams& p, Visitor&& visit) {
  visit("hold_after_ns", p.hold_after_ns, Bounds{0, 3.6e12, 1e5},
        "ns (0: one and a half bins, at least 5 ms)");
  visit("stop_after_ns", p.stop_after_ns, Bounds{0, 3.6e12, 1e5},
        "ns (0: 100 ms, or two bins where that is longer)");
  visit("hold_half_life_ns", p.hold_half_life_ns, Bounds{1e6, 3.6e12}, "ns");
}

/// What a silence of a given length calls for. Nothing below hold_after, then the last velocity
/// times 2^-((silence - hold_after) / half_life), then zero.
struct SilenceVerdict {
  enum class Action { kNone, kHold, kStop };
  Action action = Action::kNone;
  double hold_factor = 1.0;
  /// Time from the last bin at which to look again; the largest number: never.
  std::int64_t look_again_after_ns = std::numeric_limits<std::int64_t>::max();
};
SilenceVerdict JudgeSilence(const WatchdogParams& effective, std::int64_t silence_ns);

/// Turns a session's silence into kHeld and kStopped. It knows the control loop only by its
/// mailbox: it works while a step or a learner hangs, and needs no lock that they could hold.
/// Thread-safe.
class Watchdog {
 public:
  enum class Event { kNothing, kHeld, kStopped };
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  /// A held command is renewed this often: a reader that stops by itself when commands cease must
  /// see the decay.
  static constexpr std::int64_t kHoldPeriodNs = 10'000'000;

  /// `mailbox` must outlive the watchdog.
  Watchdog(const WatchdogParams& effective, CommandMailbox* mailbox)
      : params_(effective), mailbox_(mailbox) {}

  struct Outcome {
    Event event = Event::kNothing;  ///< Transition made by this call.
    std::int64_t look_again_at_ns = kNever;
  };
  /// Looks at the clock. Before the first bin, and once stopped, there is nothing to do until a bin
  /// is decoded.
  Outcome Look(std::int64_t now_ns);

 private:
  WatchdogParams params_;
  CommandMailbox* mailbox_;
};

}  // namespace efferent
