#pragma once

#include <string>
#include <vector>

#include "clients/session/arm_stream.h"
#include "clients/session/session_client.h"
#include "tests/closed_loop/point_cursor.h"

namespace efferent::subject {

/// Trials of one condition.
struct CursorPhase {
  std::string condition;
  int num_trials = 0;
  bool learn = false;
};

/// A cursor without mass behind the real arm stream, in lock step: sends its state, waits for the
/// command of the bin that begins there, moves for a bin, and so on. Runs the task's phases, and
/// switches learning before each.
class LockstepCursor {
 public:
  LockstepCursor(const ServerConnection& connection, const std::string& session_id,
                 std::uint64_t seed)
      : stream_(connection, session_id),
        sessions_(connection),
        session_id_(session_id),
        cursor_({}, seed) {}

  /// Results of each phase. Every velocity goes to `trace`, if there is one.
  std::vector<TaskResult> Run(const std::vector<CursorPhase>& phases,
                              std::vector<double>* trace = nullptr) {
    std::vector<TaskResult> results;
    for (const CursorPhase& phase : phases) {
      sessions_.SetLearning(session_id_, phase.learn);
      bool on_trial = false;
      results.push_back(
          cursor_.Run(phase.num_trials, [&](const Observation& seen, bool start) -> Vec3 {
            v1::ArmUpdate update;
            FillState(seen, &update);
            if (on_trial && (start || !seen.engaged)) {
              AddEvent(seen.time_ns, v1::TRIAL_EVENT_KIND_STOP, phase.condition, &update);
              ++trial_index_;
              on_trial = false;
            }
            if (start) {
              AddEvent(seen.time_ns, v1::TRIAL_EVENT_KIND_START, phase.condition, &update);
              on_trial = true;
            }
            const Vec3 velocity = Exchange(update);
            if (trace) trace->insert(trace->end(), {velocity.x(), velocity.y()});
            return velocity;
          }));
    }
    return results;
  }

 private:
  static void FillState(const Observation& seen, v1::ArmUpdate* update) {
    v1::ArmState& state = *update->mutable_state();
    state.set_time_ns(seen.time_ns);
    state.add_position_m(seen.position_m.x());
    state.add_position_m(seen.position_m.y());
    state.add_velocity_m_s(seen.velocity_m_s.x());
    state.add_velocity_m_s(seen.velocity_m_s.y());
    state.set_engaged(seen.engaged);
    if (!seen.target) return;
    update->mutable_target()->add_position_m(seen.target->position_m.x());
    update->mutable_target()->add_position_m(seen.target->position_m.y());
    update->mutable_target()->set_radius_m(seen.target->radius_m);
  }

  void AddEvent(std::int64_t time_ns, v1::TrialEventKind kind, const std::string& condition,
                v1::ArmUpdate* update) {
    v1::TrialEvent& event = *update->add_trial_events();
    event.set_time_ns(time_ns);
    event.set_kind(kind);
    event.set_trial_index(trial_index_);
    event.set_condition(condition);
  }

  /// @throws std::runtime_error if the stream ends.
  Vec3 Exchange(const v1::ArmUpdate& update) {
    const auto gone = [this] { return RpcError("cursor", stream_.Finish()); };
    if (!stream_.SendUpdate(update)) throw gone();
    while (true) {
      const auto command = stream_.ReadCommand();
      if (!command) throw gone();
      if (command->client_send_time_ns() == 0) continue;  // of no bin
      if (command->bin_stop_time_ns() <= update.state().time_ns()) continue;
      return {command->velocity_m_s(0), command->velocity_m_s(1), 0.0};
    }
  }

  ArmStream stream_;
  SessionClient sessions_;
  std::string session_id_;
  PointCursor cursor_;
  std::uint32_t trial_index_ = 0;
};

}  // namespace efferent::subject
