#include "clients/acquisition/chunk_builder.h"

#include <algorithm>
#include <stdexcept>

namespace efferent {
namespace {

// The contract's longest chunk.
constexpr int kMaxBinsPerChunk = 64;

void Add(const Point& point, std::size_t num_dimensions,
         google::protobuf::RepeatedField<double>* values) {
  values->Add(point.begin(), point.begin() + static_cast<std::ptrdiff_t>(num_dimensions));
}

}  // namespace

ChunkBuilder::ChunkBuilder(Recording* recording, const PointTrack* velocity_m_s,
                           std::int64_t first_bin, int bins_per_chunk, double block_s)
    : recording_(recording),
      velocity_m_s_(velocity_m_s),
      first_bin_(first_bin),
      bins_per_chunk_(bins_per_chunk) {
  if (bins_per_chunk < 1 || bins_per_chunk > kMaxBinsPerChunk) {
    throw std::invalid_argument("a chunk must have 1 to 64 bins");
  }
  if (first_bin < 0 || first_bin >= recording->num_bins) {
    throw std::invalid_argument("the first bin is not in the recording");
  }
  if (recording->trials.empty()) blocks_ = CutIntoBlocks(*recording, block_s);
}

std::int64_t ChunkBuilder::num_chunks() const {
  return (recording_->num_bins - first_bin_ + bins_per_chunk_ - 1) / bins_per_chunk_;
}

std::int64_t ChunkBuilder::ChunkFirstBin(std::int64_t chunk_index) const {
  return std::min(recording_->num_bins, first_bin_ + chunk_index * bins_per_chunk_);
}

void ChunkBuilder::Build(std::int64_t chunk_index, v1::AcquisitionChunk* chunk) {
  chunk->Clear();
  const std::int64_t first = ChunkFirstBin(chunk_index);
  const std::int64_t stop = ChunkFirstBin(chunk_index + 1);
  chunk->set_sequence_number(static_cast<std::uint64_t>(chunk_index) + 1);
  chunk->set_complete_until_ns(SessionTimeNs(stop));
  AddSpikes(first, stop, chunk);
  AddBehavior(first, stop, chunk);
  AddTrialEvents(first, stop, chunk);
  AddBlockEnds(first, stop, chunk);
}

void ChunkBuilder::AddSpikes(std::int64_t first, std::int64_t stop, v1::AcquisitionChunk* chunk) {
  if (CountMatrix* matrix = std::get_if<CountMatrix>(&recording_->spikes)) {
    v1::SpikeCounts* counts = chunk->mutable_spike_counts();
    counts->set_start_time_ns(SessionTimeNs(first));
    counts->set_bin_width_ns(recording_->bin_width_ns);
    for (std::int64_t bin = first; bin < stop; ++bin) {
      const std::span<const float> row = matrix->Row(bin);
      counts->mutable_counts()->Add(row.begin(), row.end());
    }
    return;
  }
  const SpikeEventList& list = std::get<SpikeEventList>(recording_->spikes);
  v1::SpikeEvents* events = chunk->mutable_spike_events();
  const std::int64_t start_ns = first * recording_->bin_width_ns;
  const std::int64_t stop_ns = stop * recording_->bin_width_ns;
  const std::int64_t session_start_ns = first_bin_ * recording_->bin_width_ns;
  auto next = std::lower_bound(list.times_ns.begin(), list.times_ns.end(), start_ns);
  for (; next != list.times_ns.end() && *next < stop_ns; ++next) {
    events->add_channel(list.channels[static_cast<std::size_t>(next - list.times_ns.begin())]);
    events->add_time_ns(*next - session_start_ns);
  }
}

void ChunkBuilder::AddBehavior(std::int64_t first, std::int64_t stop,
                               v1::AcquisitionChunk* chunk) const {
  if (!recording_->has_position() && velocity_m_s_->empty()) return;
  const auto dimensions = static_cast<std::size_t>(recording_->num_dimensions);
  for (std::int64_t bin = first; bin < stop; ++bin) {
    const auto i = static_cast<std::size_t>(bin);
    const auto known = [i](const PointTrack& track) { return !track.empty() && track[i]; };
    v1::BehaviorSample* sample = chunk->add_behavior();
    v1::ArmState* arm = sample->mutable_arm_state();
    arm->set_time_ns(SessionTimeNs(bin));
    const bool place_is_known = known(recording_->position_m);
    arm->set_engaged(recording_->engaged[i] && (place_is_known || !recording_->has_position()));
    if (place_is_known) Add(*recording_->position_m[i], dimensions, arm->mutable_position_m());
    if (known(*velocity_m_s_)) {
      Add(*(*velocity_m_s_)[i], dimensions, arm->mutable_velocity_m_s());
    }
    if (known(recording_->target_m)) {
      v1::Target* target = sample->mutable_target();
      Add(*recording_->target_m[i], dimensions, target->mutable_position_m());
      if (!recording_->target_radius_m.empty()) {
        target->set_radius_m(recording_->target_radius_m[i].value_or(0.0));
      }
    }
  }
}

void ChunkBuilder::AddTrialEvents(std::int64_t first, std::int64_t stop,
                                  v1::AcquisitionChunk* chunk) const {
  const std::vector<RecordedTrial>& trials = recording_->trials;
  // The first trial that stops within or after these bins.
  auto trial =
      std::upper_bound(trials.begin(), trials.end(), first,
                       [](std::int64_t bin, const RecordedTrial& t) { return bin < t.stop_bin; });
  const auto add = [&](std::int64_t bin, v1::TrialEventKind kind) {
    v1::TrialEvent* event = chunk->add_trial_events();
    event->set_time_ns(SessionTimeNs(bin));
    event->set_kind(kind);
    event->set_trial_index(static_cast<std::uint32_t>(trial - trials.begin()));
    event->set_condition(trial->trial_type);
    const bool stopped = kind == v1::TRIAL_EVENT_KIND_STOP;
    event->set_success(stopped && trial->success.value_or(false));
  };
  for (; trial != trials.end() && trial->first_bin < stop; ++trial) {
    const bool under_way = first == first_bin_ && trial->first_bin < first;
    if (trial->first_bin >= first || under_way) {
      add(std::max(trial->first_bin, first), v1::TRIAL_EVENT_KIND_START);
    }
    if (trial->stop_bin <= stop) add(trial->stop_bin, v1::TRIAL_EVENT_KIND_STOP);
  }
}

void ChunkBuilder::AddBlockEnds(std::int64_t first, std::int64_t stop,
                                v1::AcquisitionChunk* chunk) const {
  auto block =
      std::upper_bound(blocks_.begin(), blocks_.end(), first,
                       [](std::int64_t bin, const RecordedTrial& b) { return bin < b.stop_bin; });
  for (; block != blocks_.end() && block->stop_bin <= stop; ++block) {
    v1::TrialEvent* event = chunk->add_trial_events();
    event->set_time_ns(SessionTimeNs(block->stop_bin));
    event->set_kind(v1::TRIAL_EVENT_KIND_STOP);
    event->set_trial_index(static_cast<std::uint32_t>(block - blocks_.begin()));
    event->set_condition(block->trial_type);
  }
}

}  // namespace efferent
