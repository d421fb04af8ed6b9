#pragma once

#include <mutex>
#include <string>
#include <thread>

#include "clients/demo/trial_log.h"
#include "clients/session/session_watch.h"

namespace efferent::demo {

/// Follows a session on a thread of its own into a TrialLog.
class SessionMonitor {
 public:
  SessionMonitor(const ServerConnection& connection, const std::string& session_id);
  /// Ends the call and joins the thread.
  ~SessionMonitor();
  SessionMonitor(const SessionMonitor&) = delete;
  SessionMonitor& operator=(const SessionMonitor&) = delete;

  /// Calls `look` with the log as it is.
  template <class Look>
  auto WithLog(Look&& look) const {
    const std::lock_guard lock(mutex_);
    return look(log_);
  }

 private:
  void Run();

  SessionWatch watch_;
  mutable std::mutex mutex_;
  TrialLog log_;
  std::thread thread_;  // Last: it uses all others.
};

}  // namespace efferent::demo
