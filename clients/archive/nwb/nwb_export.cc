#include "clients/archive/nwb/nwb_export.h"

#include <limits>

#include "clients/session/errors.h"

namespace efferent::archive {
namespace {

constexpr const char* kEvents = "/processing/decoding/events";

/// What bin `i` of a chunk was decoded and learnt with; null: nothing.
const v1::BehaviorSample* BehaviorOf(const v1::RecordedChunk& chunk, int i) {
  // What comes with the spikes has precedence over the arm stream.
  if (i < chunk.chunk().behavior_size()) return &chunk.chunk().behavior(i);
  return chunk.bins(i).has_behavior() ? &chunk.bins(i).behavior() : nullptr;
}

}  // namespace

NwbExport::NwbExport(const v1::GetRecordingResponse& recording, const std::string& folder,
                     Hdf5Output* file)
    : file_(file),
      bin_width_ns_(recording.recording().config().bin_width_ns()),
      times_(bin_width_ns_, BehaviorOutput::kDecodedPath, file),
      behavior_(static_cast<int>(recording.recording().config().num_dimensions()), file),
      spikes_(recording.recording().config().num_channels(), bin_width_ns_, folder, file),
      trials_(bin_width_ns_),
      events_(recording) {}

void NwbExport::Add(const v1::RecordedItem& item) {
  const std::int64_t time_unix_ns = item.time_unix_ns();
  events_.AdvanceTo(time_unix_ns, decoded_until_ns_);
  switch (item.item_case()) {
    case v1::RecordedItem::kChunk:
      AddChunk(item.chunk(), time_unix_ns);
      break;
    case v1::RecordedItem::kTrialEvents:
      // They follow their chunk, and took effect before its bins.
      AddTrialEvents(item.trial_events().trial_events(), decoded_before_chunk_ns_);
      break;
    case v1::RecordedItem::kArmUpdate:
      AddTrialEvents(item.arm_update().trial_events(), decoded_until_ns_);
      break;
    case v1::RecordedItem::kCommand:
      events_.AddSilence(item.command(), time_unix_ns, decoded_until_ns_);
      break;
    case v1::RecordedItem::kGap:
      events_.AddGap(item.gap(), time_unix_ns, decoded_until_ns_);
      break;
    case v1::RecordedItem::kCheckpoint:
    case v1::RecordedItem::ITEM_NOT_SET:
      break;
  }
}

void NwbExport::AddChunk(const v1::RecordedChunk& chunk, std::int64_t time_unix_ns) {
  if (chunk.ignored()) {
    ++totals_.num_ignored_chunks;
    return;
  }
  decoded_before_chunk_ns_ = decoded_until_ns_;
  spikes_.AddEvents(chunk.chunk(), decoded_until_ns_);
  for (int i = 0; i < chunk.bins_size(); ++i) {
    const v1::RecordedBin& bin = chunk.bins(i);
    const std::uint64_t bin_index = bin.command().bin_index();
    const std::int64_t start_ns = static_cast<std::int64_t>(bin_index) * bin_width_ns_;
    spikes_.AddBin(totals_.num_bins, bin_index, chunk.chunk());
    times_.Add(start_ns);
    behavior_.Add(totals_.num_bins, bin, BehaviorOf(chunk, i));
    events_.AddBin(bin, start_ns, time_unix_ns);
    if (totals_.num_bins == 0) first_bin_ = bin_index;
    ++totals_.num_bins;
    decoded_until_ns_ = start_ns + bin_width_ns_;
  }
}

void NwbExport::AddTrialEvents(const google::protobuf::RepeatedPtrField<v1::TrialEvent>& events,
                               std::int64_t decoded_until_ns) {
  for (const v1::TrialEvent& event : events) trials_.Add(event, decoded_until_ns);
}

ExportTotals NwbExport::Finish() {
  if (totals_.num_bins == 0) throw InputError("no bin was decoded: there is nothing to export");
  events_.AdvanceTo(std::numeric_limits<std::int64_t>::max(), decoded_until_ns_);
  times_.Finish();
  behavior_.Finish(totals_.num_bins, times_);
  spikes_.Finish(totals_.num_bins, times_);
  trials_.Write(decoded_until_ns_, file_);
  events_.Write(kEvents, file_);
  const auto span = static_cast<std::uint64_t>(decoded_until_ns_ / bin_width_ns_) - first_bin_;
  totals_.num_missing_bins = span - totals_.num_bins;
  totals_.num_spikes = spikes_.num_spikes();
  totals_.num_late_spikes = spikes_.num_late_spikes();
  totals_.num_trials = trials_.num_trials();
  totals_.num_events = events_.num_events();
  totals_.has_counts = spikes_.has_counts();
  return totals_;
}

}  // namespace efferent::archive
