#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <optional>
#include <string>
#include <vector>

#include "decoder/intention.h"
#include "decoder/parameters.h"
#include "efferent/v1/behavior.pb.h"
#include "server/loop/chunk.h"
#include "server/loop/command_mailbox.h"

namespace efferent {

/// Positions and speeds beyond this (metres, metres per second) are a client's arithmetic gone
/// wrong; they would spoil what is learnt.
inline constexpr double kMaxMagnitude = 1e6;
inline constexpr int kMaxTrialEvents = 256;
inline constexpr std::size_t kMaxConditionBytes = 128;

/// Arm state and target to a plain sample. `target` null: none. Returns what is wrong, with paths
/// under `state_path` and `target_path`.
std::optional<Violation> ReadBehavior(const v1::ArmState& state, const v1::Target* target,
                                      int num_dimensions, const char* state_path,
                                      const char* target_path, BehaviorSample* sample);

/// Trial events to boundaries, which are appended. Times must lie in [0, latest_ns] and not
/// decrease.
std::optional<Violation> ReadTrialEvents(
    const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events, TimeNs latest_ns,
    const char* path, std::vector<TrialBoundary>* boundaries);

/// Reuses what `command` has allocated.
void WriteCommand(const PublishedCommand& published, int num_dimensions,
                  std::uint64_t skipped_command_count, v1::Command* command);

}  // namespace efferent
