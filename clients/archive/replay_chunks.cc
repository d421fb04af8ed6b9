#include "clients/archive/replay_chunks.h"

#include <algorithm>
#include <utility>

namespace efferent::archive {

std::optional<ReplayChunks::Chunk> ReplayChunks::Add(const v1::RecordedItem& item) {
  if (item.has_trial_events()) {
    AddTrialEvents(item.trial_events().trial_events());
  } else if (item.has_arm_update()) {
    AddTrialEvents(item.arm_update().trial_events());
  }
  if (!item.has_chunk() || item.chunk().ignored()) return std::nullopt;
  std::optional<Chunk> complete = Finish();
  held_.emplace();
  held_->chunk = item.chunk().chunk();
  for (const v1::RecordedBin& bin : item.chunk().bins()) held_->recorded.push_back(bin.command());
  AddBehavior(item.chunk(), &held_->chunk);
  return complete;
}

std::optional<ReplayChunks::Chunk> ReplayChunks::Finish() {
  if (!held_) return std::nullopt;
  v1::AcquisitionChunk& chunk = held_->chunk;
  std::stable_sort(waiting_events_.begin(), waiting_events_.end(),
                   [](const auto& a, const auto& b) { return a.time_ns() < b.time_ns(); });
  for (v1::TrialEvent& event : waiting_events_) {
    event.set_time_ns(std::min(event.time_ns(), chunk.complete_until_ns()));
    *chunk.add_trial_events() = event;
  }
  waiting_events_.clear();
  return std::exchange(held_, std::nullopt);
}

void ReplayChunks::AddBehavior(const v1::RecordedChunk& recorded, v1::AcquisitionChunk* chunk) {
  if (!chunk->behavior().empty()) return;
  const bool any = std::any_of(recorded.bins().begin(), recorded.bins().end(),
                               [](const v1::RecordedBin& bin) { return bin.has_behavior(); });
  if (!any) return;
  for (const v1::RecordedBin& bin : recorded.bins()) {
    v1::BehaviorSample* sample = chunk->add_behavior();
    // Where there was no arm nothing is known of it, and it is engaged in nothing.
    if (bin.has_behavior()) *sample = bin.behavior();
    sample->mutable_arm_state()->set_time_ns(static_cast<std::int64_t>(bin.command().bin_index()) *
                                             bin_width_ns_);
  }
}

void ReplayChunks::AddTrialEvents(
    const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events) {
  waiting_events_.insert(waiting_events_.end(), events.begin(), events.end());
}

}  // namespace efferent::archive
