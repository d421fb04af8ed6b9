#include "clients/evaluation/recording/recording_input.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "clients/acquisition/chunk_builder.h"

namespace efferent {
namespace {

TaskVector ToVector(const google::protobuf::RepeatedField<double>& values) {
  TaskVector vector;
  for (int i = 0; i < values.size(); ++i) vector[i] = values[i];
  return vector;
}

BehaviorSample ToSample(const v1::BehaviorSample& message) {
  const v1::ArmState& arm = message.arm_state();
  BehaviorSample sample;
  sample.time_ns = arm.time_ns();
  if (!arm.position_m().empty()) sample.position_m = ToVector(arm.position_m());
  if (!arm.velocity_m_s().empty()) sample.velocity_m_s = ToVector(arm.velocity_m_s());
  sample.engaged = arm.engaged();
  if (message.has_target()) {
    sample.target_position_m = ToVector(message.target().position_m());
    sample.target_radius_m = message.target().radius_m();
  }
  return sample;
}

}  // namespace

RecordingInput::RecordingInput(Recording* recording, const PointTrack& velocity_m_s, double block_s)
    : num_channels_(static_cast<int>(recording->num_channels)),
      // As a session has it: without behaviour nobody knows, and it is planar.
      num_dimensions_(recording->has_behavior() ? recording->num_dimensions : 2),
      bin_width_ns_(recording->bin_width_ns),
      num_bins_(recording->num_bins),
      has_trials_(!recording->trials.empty()),
      trials_(has_trials_ ? recording->trials : CutIntoBlocks(*recording, block_s)) {
  Load(recording, velocity_m_s, block_s);
}

void RecordingInput::Load(Recording* recording, const PointTrack& velocity_m_s, double block_s) {
  ChunkBuilder builder(recording, &velocity_m_s, 0, 1, block_s);
  v1::AcquisitionChunk chunk;
  for (std::int64_t bin = 0; bin < num_bins_; ++bin) {
    builder.Build(bin, &chunk);
    if (chunk.has_spike_counts()) {
      const auto& counts = chunk.spike_counts().counts();
      counts_.insert(counts_.end(), counts.begin(), counts.end());
    } else {
      first_spike_.push_back(spikes_.size());
      const v1::SpikeEvents& events = chunk.spike_events();
      for (int i = 0; i < events.channel_size(); ++i) {
        spikes_.push_back({events.time_ns(i), events.channel(i)});
      }
    }
    for (const v1::BehaviorSample& sample : chunk.behavior()) behavior_.push_back(ToSample(sample));
    for (const v1::TrialEvent& event : chunk.trial_events()) {
      // It takes effect before the first bin that starts at or after it.
      boundaries_.push_back({(event.time_ns() + bin_width_ns_ - 1) / bin_width_ns_,
                             event.kind() == v1::TRIAL_EVENT_KIND_START});
    }
  }
  first_spike_.push_back(spikes_.size());
}

void RecordingInput::ApplyBoundaries(std::int64_t bin, Step* step) const {
  auto boundary = std::lower_bound(boundaries_.begin(), boundaries_.end(), bin,
                                   [](const Boundary& b, std::int64_t k) { return b.bin < k; });
  for (; boundary != boundaries_.end() && boundary->bin == bin; ++boundary) {
    if (boundary->is_start) {
      step->OnTrialStart();
    } else {
      step->OnTrialStop();
    }
  }
}

void RecordingInput::AddSpikes(std::int64_t bin, Step* step) const {
  const auto i = static_cast<std::size_t>(bin);
  if (!counts_.empty()) {
    const auto width = static_cast<std::size_t>(num_channels_);
    step->AddCounts(std::span(counts_).subspan(i * width, width));
    return;
  }
  step->AddSpikes(
      std::span(spikes_).subspan(first_spike_[i], first_spike_[i + 1] - first_spike_[i]));
}

void RecordingInput::AddSummedSpikes(std::int64_t bin, Step* step) const {
  const auto i = static_cast<std::size_t>(bin);
  float sum = 0.0f;
  if (counts_.empty()) {
    sum = static_cast<float>(first_spike_[i + 1] - first_spike_[i]);
  } else {
    const auto width = static_cast<std::size_t>(num_channels_);
    const std::span<const float> row = std::span(counts_).subspan(i * width, width);
    sum = std::accumulate(row.begin(), row.end(), 0.0f);
  }
  step->AddCounts({&sum, 1});
}

std::optional<BehaviorSample> RecordingInput::behavior(std::int64_t bin) const {
  if (behavior_.empty()) return std::nullopt;
  return behavior_[static_cast<std::size_t>(bin)];
}

}  // namespace efferent
