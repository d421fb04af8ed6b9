#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>

#include "server/session/session_registry.h"

namespace efferent {

/// The wall clock of all sessions: one timer that lets each session's watchdog look at the time
/// whenever it may have to act, and ten times a second wakes the watchers, so that counters reach
/// them even when nothing else happens, and does the housekeeping. Runs on the io_context's thread and takes no lock that a
/// step or a learner could hold.
class SessionClock {
 public:
  /// `housekeeping`: called with the monotonic time. Context and sessions must outlive the clock.
  SessionClock(boost::asio::io_context* io, const SessionRegistry* sessions,
               std::function<void(std::int64_t)> housekeeping);

  void Start();
  /// To be called on the io_context's thread, or when it has stopped.
  void Stop();

 private:
  void Tick();

  boost::asio::steady_timer timer_;
  const SessionRegistry* sessions_;
  std::function<void(std::int64_t)> housekeeping_;
  std::int64_t woken_at_ns_ = 0;
};

}  // namespace efferent
