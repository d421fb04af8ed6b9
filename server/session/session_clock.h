#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

#include "server/session/session_registry.h"

namespace efferent {

/// The wall clock of all sessions: one timer that lets each session's watchdog look at the time
/// whenever it may have to act, and wakes the watchers ten times a second, so that counters reach
/// them even when nothing else happens. Runs on the io_context's thread and takes no lock that a
/// step or a learner could hold.
class SessionClock {
 public:
  /// Both must outlive the clock.
  SessionClock(boost::asio::io_context* io, const SessionRegistry* sessions);

  void Start();
  /// To be called on the io_context's thread, or when it has stopped.
  void Stop();

 private:
  void Tick();

  boost::asio::steady_timer timer_;
  const SessionRegistry* sessions_;
  std::int64_t watchers_woken_at_ns_ = 0;
};

}  // namespace efferent
