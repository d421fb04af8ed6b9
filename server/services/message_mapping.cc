#include "server/services/message_mapping.h"

#include <cmath>

#include "server/session/command_status.h"

namespace efferent {
namespace {

/// Written so that NaN is not.
bool IsBounded(double value) { return std::abs(value) <= kMaxMagnitude; }
std::string DescribeUnbounded(double value) {
  return "is " + std::to_string(value) + ", must be finite and within +-1e6";
}

std::optional<Violation> ReadVector(const google::protobuf::RepeatedField<double>& values,
                                    int num_dimensions, const char* parent, const char* field,
                                    TaskVector* vector) {
  const auto path = [&] { return std::string(parent) + "." + field; };
  if (values.size() != num_dimensions) {
    return Violation{path(), "has " + std::to_string(values.size()) +
                                 " elements, must have num_dimensions of the session (" +
                                 std::to_string(num_dimensions) + ")"};
  }
  *vector = TaskVector();
  for (int i = 0; i < num_dimensions; ++i) {
    if (!IsBounded(values[i])) {
      return Violation{path() + "[" + std::to_string(i) + "]", DescribeUnbounded(values[i])};
    }
    (*vector)[i] = values[i];
  }
  return std::nullopt;
}

}  // namespace

std::optional<Violation> ReadBehavior(const v1::ArmState& state, const v1::Target* target,
                                      int num_dimensions, const char* state_path,
                                      const char* target_path, BehaviorSample* sample) {
  *sample = BehaviorSample{};
  if (state.time_ns() < 0 || state.time_ns() > kMaxSessionTimeNs) {
    return Violation{std::string(state_path) + ".time_ns",
                     "is " + std::to_string(state.time_ns()) + " ns, must be in [0, " +
                         std::to_string(kMaxSessionTimeNs) + "] ns of session time"};
  }
  sample->time_ns = state.time_ns();
  sample->engaged = state.engaged();
  if (!state.position_m().empty()) {
    if (auto wrong = ReadVector(state.position_m(), num_dimensions, state_path, "position_m",
                                &sample->position_m.emplace())) {
      return wrong;
    }
  } else if (state.engaged() && target) {
    return Violation{std::string(state_path) + ".position_m",
                     "is empty, but the arm is engaged and there is a target: the label is the way "
                     "from the one to the other"};
  }
  if (!state.velocity_m_s().empty()) {
    TaskVector velocity;
    if (auto wrong = ReadVector(state.velocity_m_s(), num_dimensions, state_path, "velocity_m_s",
                                &velocity)) {
      return wrong;
    }
    sample->velocity_m_s = velocity;
  }
  if (state.has_reward()) {
    if (!IsBounded(state.reward())) {
      return Violation{std::string(state_path) + ".reward", DescribeUnbounded(state.reward())};
    }
    sample->reward = state.reward();
  }
  if (!target) return std::nullopt;
  TaskVector position;
  if (auto wrong =
          ReadVector(target->position_m(), num_dimensions, target_path, "position_m", &position)) {
    return wrong;
  }
  if (!(target->radius_m() >= 0.0 && target->radius_m() <= kMaxMagnitude)) {
    return Violation{std::string(target_path) + ".radius_m",
                     "is " + std::to_string(target->radius_m()) + " m, must be in [0, 1e6] m"};
  }
  sample->target_position_m = position;
  sample->target_radius_m = target->radius_m();
  return std::nullopt;
}

std::optional<Violation> ReadTrialEvents(
    const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events, TimeNs latest_ns,
    const char* path, std::vector<TrialBoundary>* boundaries) {
  if (events.size() > kMaxTrialEvents) {
    return Violation{path, "has " + std::to_string(events.size()) + " events, at most " +
                               std::to_string(kMaxTrialEvents) + " are taken at once"};
  }
  TimeNs last_ns = 0;
  for (int i = 0; i < events.size(); ++i) {
    const v1::TrialEvent& event = events[i];
    const auto at = [&](const char* field) {
      return std::string(path) + "[" + std::to_string(i) + "]." + field;
    };
    if (event.kind() != v1::TRIAL_EVENT_KIND_START && event.kind() != v1::TRIAL_EVENT_KIND_STOP) {
      return Violation{at("kind"),
                       "is " + std::to_string(event.kind()) + ", must be START or STOP"};
    }
    if (event.time_ns() < 0 || event.time_ns() > latest_ns) {
      return Violation{at("time_ns"), "is " + std::to_string(event.time_ns()) +
                                          " ns, must be in [0, " + std::to_string(latest_ns) +
                                          "] ns, the end of what it came with"};
    }
    if (event.time_ns() < last_ns) {
      return Violation{at("time_ns"), "is " + std::to_string(event.time_ns()) +
                                          " ns, before the event that precedes it (" +
                                          std::to_string(last_ns) + " ns); send them in order"};
    }
    if (event.condition().size() > kMaxConditionBytes) {
      return Violation{at("condition"), "has " + std::to_string(event.condition().size()) +
                                            " bytes, at most " +
                                            std::to_string(kMaxConditionBytes) + " are allowed"};
    }
    last_ns = event.time_ns();
    boundaries->push_back({event.time_ns(), event.kind() == v1::TRIAL_EVENT_KIND_START
                                                ? TrialBoundary::Kind::kStart
                                                : TrialBoundary::Kind::kStop});
  }
  return std::nullopt;
}

void WriteCommand(const PublishedCommand& published, int num_dimensions,
                  std::uint64_t skipped_command_count, v1::Command* command) {
  command->set_bin_index(published.command.bin_index);
  command->set_bin_stop_time_ns(published.command.bin_stop_time_ns);
  command->set_status(ToMessage(published.command.status));
  command->clear_velocity_m_s();
  for (int i = 0; i < num_dimensions; ++i) {
    command->add_velocity_m_s(published.command.velocity_m_s[i]);
  }
  command->set_client_send_time_ns(published.client_send_time_ns);
  command->set_skipped_command_count(skipped_command_count);
}

}  // namespace efferent
