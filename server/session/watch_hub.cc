#include "server/session/watch_hub.h"

#include <utility>

namespace efferent {

using TrialEvents = google::protobuf::RepeatedPtrField<v1::TrialEvent>;

std::shared_ptr<WatchHub::Place> WatchHub::Subscribe(std::shared_ptr<Watcher> watcher) {
  auto place = std::make_shared<Place>();
  const std::lock_guard lock(mutex_);
  if (running_trial_) place->events.push_back(*running_trial_);
  auto changed = entries_.Copy();
  changed.push_back({std::move(watcher), place});
  entries_ = Entries(std::move(changed));
  return place;
}

void WatchHub::Unsubscribe(const Watcher* watcher) {
  const std::lock_guard lock(mutex_);
  auto changed = entries_.Copy();
  std::erase_if(changed, [&](const Entry& entry) { return entry.watcher.get() == watcher; });
  entries_ = Entries(std::move(changed));
}

void WatchHub::Publish(const v1::ArmUpdate& update) {
  {
    const std::lock_guard lock(mutex_);
    AddEvents(update.trial_events());
    state_ = update.state();
    if (update.has_target()) {
      target_ = update.target();
    } else {
      target_.reset();
    }
    ++state_version_;
  }
  Wake();
}

void WatchHub::Publish(const TrialEvents& events) {
  if (events.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    AddEvents(events);
  }
  Wake();
}

std::optional<bool> WatchHub::Take(Place* place, v1::WatchSessionResponse* response) {
  const std::lock_guard lock(mutex_);
  if (place->overflowed) return std::nullopt;
  bool any = false;
  for (v1::TrialEvent& event : place->events) {
    *response->add_trial_events() = std::move(event);
    any = true;
  }
  place->events.clear();
  if (place->state_version < state_version_) {
    place->state_version = state_version_;
    *response->mutable_arm_state() = state_;
    if (target_) *response->mutable_target() = *target_;
    any = true;
  }
  return any;
}

void WatchHub::Wake() {
  for (const Entry& entry : entries()) entry.watcher->OnNews();
}

void WatchHub::End(StreamEnd reason) {
  for (const Entry& entry : entries()) entry.watcher->End(reason);
}

void WatchHub::AddEvents(const TrialEvents& events) {
  for (const v1::TrialEvent& event : events) {
    if (event.kind() == v1::TRIAL_EVENT_KIND_START) {
      running_trial_ = event;
    } else {
      running_trial_.reset();
    }
    for (const Entry& entry : entries_) {
      if (entry.place->events.size() >= kMaxEvents) {
        entry.place->overflowed = true;
      } else {
        entry.place->events.push_back(event);
      }
    }
  }
}

WatchHub::Entries WatchHub::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

}  // namespace efferent
