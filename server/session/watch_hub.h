#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "efferent/v1/arm.pb.h"
#include "efferent/v1/behavior.pb.h"
#include "efferent/v1/session.pb.h"
#include "server/loop/snapshot.h"
#include "server/loop/streams.h"

namespace efferent {

/// Hands arm state, target and trial events to those who follow a session. State and target: latest
/// wins. Trial events: every one, in order; a watcher that lets `kMaxEvents` pile up has lost the
/// thread and is told so. An event is never seen later than the state that it came with.
/// Thread-safe; critical sections copy a message.
class WatchHub {
 public:
  static constexpr std::size_t kMaxEvents = 1'024;

  /// One watcher's place.
  struct Place {
    std::uint64_t state_version = 0;
    std::deque<v1::TrialEvent> events;
    bool overflowed = false;
  };

  /// Begins with the latest state and, if a trial is running, its start.
  std::shared_ptr<Place> Subscribe(std::shared_ptr<Watcher> watcher);
  void Unsubscribe(const Watcher* watcher);

  /// State, target and trial events that came together.
  void Publish(const v1::ArmUpdate& update);
  /// Trial events alone.
  void Publish(const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events);

  /// Moves what is new into `response`. Returns whether there was anything. Nothing: the watcher
  /// fell behind.
  std::optional<bool> Take(Place* place, v1::WatchSessionResponse* response);

  /// Wakes all watchers.
  void Wake();
  void End(StreamEnd reason);

 private:
  struct Entry {
    std::shared_ptr<Watcher> watcher;
    std::shared_ptr<Place> place;
  };
  using Entries = Snapshot<Entry>;

  void AddEvents(const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events);
  Entries entries() const;

  mutable std::mutex mutex_;
  Entries entries_;
  v1::ArmState state_;
  std::optional<v1::Target> target_;
  std::uint64_t state_version_ = 0;
  std::optional<v1::TrialEvent> running_trial_;
};

}  // namespace efferent
