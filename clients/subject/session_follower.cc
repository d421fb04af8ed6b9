#include "clients/subject/session_follower.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace efferent::subject {
namespace {

Vec3 ToVec3(const google::protobuf::RepeatedField<double>& values) {
  Vec3 result = Vec3::Zero();
  for (int axis = 0; axis < std::min(3, values.size()); ++axis) result[axis] = values[axis];
  return result;
}

}  // namespace

Observation ToObservation(const v1::WatchSessionResponse& news) {
  Observation observation;
  observation.time_ns = news.arm_state().time_ns();
  observation.position_m = ToVec3(news.arm_state().position_m());
  observation.velocity_m_s = ToVec3(news.arm_state().velocity_m_s());
  observation.engaged = news.arm_state().engaged();
  if (news.has_target()) {
    observation.target = Target{ToVec3(news.target().position_m()), news.target().radius_m()};
  }
  return observation;
}

SessionFollower::SessionFollower(const ServerConnection& connection, const std::string& session_id)
    : watch_(connection, session_id), thread_([this] { Run(); }) {}

SessionFollower::~SessionFollower() {
  watch_.Cancel();
  thread_.join();
}

void SessionFollower::Run() {
  while (auto news = watch_.Read()) {
    const std::lock_guard lock(mutex_);
    if (news->has_arm_state()) {
      const std::optional<Observation> before = std::exchange(newest_, ToObservation(*news));
      // Nobody knows where it is now: where it was seen last.
      if (news->arm_state().position_m().empty() && before) {
        newest_->position_m = before->position_m;
      }
    }
    for (v1::TrialEvent& event : *news->mutable_trial_events()) {
      events_.push_back(std::move(event));
    }
    changed_.notify_all();
  }
  const grpc::Status status = watch_.Finish();
  const std::lock_guard lock(mutex_);
  end_ = status;
  changed_.notify_all();
}

std::optional<Observation> SessionFollower::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

std::optional<v1::TrialEvent> SessionFollower::TakeEventUntil(TimeNs time_ns) {
  const std::lock_guard lock(mutex_);
  if (events_.empty() || events_.front().time_ns() > time_ns) return std::nullopt;
  v1::TrialEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

bool SessionFollower::WaitForArm(TimeNs time_ns, std::chrono::nanoseconds timeout) const {
  std::unique_lock lock(mutex_);
  const auto is_there = [&] { return newest_ && newest_->time_ns >= time_ns; };
  changed_.wait_for(lock, timeout, [&] { return end_ || is_there(); });
  return is_there();
}

std::optional<grpc::Status> SessionFollower::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

void SessionFollower::Cancel() { watch_.Cancel(); }

}  // namespace efferent::subject
