#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "clients/session/session_watch.h"
#include "clients/subject/observation.h"

namespace efferent::subject {

/// What the server reports of an arm, as a subject sees it.
Observation ToObservation(const v1::WatchSessionResponse& news);

/// Follows a session on a thread of its own and keeps what a subject needs: the newest state of arm
/// and task (latest wins), and every trial event until it is taken.
class SessionFollower {
 public:
  SessionFollower(const ServerConnection& connection, const std::string& session_id);
  /// Ends the call and joins the thread.
  ~SessionFollower();
  SessionFollower(const SessionFollower&) = delete;
  SessionFollower& operator=(const SessionFollower&) = delete;

  /// Newest state; nothing before the arm has reported.
  std::optional<Observation> newest() const;
  /// The next trial event that takes effect at or before `time_ns`, in order; nothing if there is
  /// none.
  std::optional<v1::TrialEvent> TakeEventUntil(TimeNs time_ns);
  /// Waits until the newest state is of `time_ns` or later, the watch is over, or the time is up.
  /// Returns whether it is.
  bool WaitForArm(TimeNs time_ns, std::chrono::nanoseconds timeout) const;
  /// How the watch ended; nothing while it goes on.
  std::optional<grpc::Status> end() const;
  /// Wakes who waits, and ends the watch; from any thread.
  void Cancel();

 private:
  void Run();

  SessionWatch watch_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<Observation> newest_;
  std::deque<v1::TrialEvent> events_;
  std::optional<grpc::Status> end_;
  std::thread thread_;  // Last: it uses all others.
};

}  // namespace efferent::subject
