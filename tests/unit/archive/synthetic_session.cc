#include "tests/unit/archive/synthetic_session.h"

#include <filesystem>

#include "clients/archive/nwb/hdf5_output.h"

namespace efferent::test {
namespace {

constexpr std::int64_t kStartUnixNs = 1'790'000'000'123'456'789;
constexpr int kBinsPerChunk = 2;

std::int64_t StartNs(int bin) { return bin * kSyntheticWidthNs; }
std::int64_t UnixNs(int bin) { return kStartUnixNs + StartNs(bin); }

v1::RecordedItem ItemAt(int bin) {
  v1::RecordedItem item;
  item.set_time_unix_ns(UnixNs(bin));
  return item;
}

v1::BehaviorSample Behavior(int bin) {
  v1::BehaviorSample sample;
  v1::ArmState* state = sample.mutable_arm_state();
  state->set_time_ns(StartNs(bin));
  state->add_position_m(bin / 7.0);
  state->add_position_m(-bin / 11.0);
  if (bin != 8) {
    state->add_velocity_m_s(bin / 13.0);
    state->add_velocity_m_s(1.0 / (bin + 3));
  }
  state->set_engaged(bin % 3 != 0);
  if (bin == 4) return sample;
  sample.mutable_target()->add_position_m(0.1 + bin / 17.0);
  sample.mutable_target()->add_position_m(1.0 / 3.0);
  sample.mutable_target()->set_radius_m(0.01 + bin / 1000.0);
  return sample;
}

v1::RecordedBin Bin(int bin) {
  v1::RecordedBin recorded;
  v1::Command* command = recorded.mutable_command();
  command->set_bin_index(static_cast<std::uint64_t>(bin));
  command->set_bin_stop_time_ns(StartNs(bin + 1));
  command->set_status(v1::COMMAND_STATUS_DECODED);
  command->add_velocity_m_s(bin / 19.0);
  command->add_velocity_m_s(-1.0 / (bin + 7));
  if (bin != 0) *recorded.mutable_behavior() = Behavior(bin);
  recorded.set_learnt(bin < 3);
  recorded.set_decode_time_ns(100'000 + bin);
  recorded.set_respond_time_ns(200'000 + bin);
  if (bin == 3) recorded.set_learning_enabled(false);
  if (bin == 7) recorded.add_decoder_changes(1);
  return recorded;
}

void AddSpikes(int first_bin, SyntheticSpikes spikes, v1::AcquisitionChunk* chunk) {
  for (int bin = first_bin; bin < first_bin + kBinsPerChunk; ++bin) {
    for (int channel = 0; channel < kSyntheticChannels; ++channel) {
      if (spikes == SyntheticSpikes::kCounts) {
        v1::SpikeCounts* counts = chunk->mutable_spike_counts();
        counts->set_start_time_ns(StartNs(first_bin));
        counts->set_bin_width_ns(kSyntheticWidthNs);
        counts->add_counts(static_cast<float>(bin) + static_cast<float>(channel) / 3.0F);
        continue;
      }
      for (int i = bin + channel; i > 0; --i) {
        chunk->mutable_spike_events()->add_channel(static_cast<std::uint32_t>(channel));
        chunk->mutable_spike_events()->add_time_ns(StartNs(bin) + i * 1'000'003);
      }
    }
  }
}

v1::RecordedItem ChunkItem(int first_bin, SyntheticSpikes spikes) {
  v1::RecordedItem item = ItemAt(first_bin + kBinsPerChunk);
  v1::RecordedChunk* chunk = item.mutable_chunk();
  chunk->mutable_chunk()->set_sequence_number(
      static_cast<std::uint64_t>(first_bin / kBinsPerChunk + 1));
  chunk->mutable_chunk()->set_complete_until_ns(StartNs(first_bin + kBinsPerChunk));
  AddSpikes(first_bin, spikes, chunk->mutable_chunk());
  for (int i = 0; i < kBinsPerChunk; ++i) *chunk->add_bins() = Bin(first_bin + i);
  return item;
}

v1::TrialEvent Event(std::int64_t time_ns, v1::TrialEventKind kind, std::uint32_t index,
                     const std::string& condition) {
  v1::TrialEvent event;
  event.set_time_ns(time_ns);
  event.set_kind(kind);
  event.set_trial_index(index);
  event.set_condition(condition);
  event.set_success(kind == v1::TRIAL_EVENT_KIND_STOP);
  return event;
}

v1::RecordedItem IgnoredChunk() {
  v1::RecordedItem item = ItemAt(10);
  item.mutable_chunk()->set_ignored(true);
  item.mutable_chunk()->mutable_chunk()->set_sequence_number(1);
  item.mutable_chunk()->mutable_chunk()->mutable_spike_events()->add_channel(0);
  item.mutable_chunk()->mutable_chunk()->mutable_spike_events()->add_time_ns(5);
  return item;
}

v1::GetRecordingResponse Answer() {
  v1::GetRecordingResponse answer;
  v1::Recording* recording = answer.mutable_recording();
  recording->set_name("s1@3");
  recording->set_session_id("s1");
  recording->set_server_version("0.1.0");
  recording->set_create_time_unix_ns(kStartUnixNs);
  recording->mutable_config()->set_subject_code("M-07");
  recording->mutable_config()->set_num_channels(kSyntheticChannels);
  recording->mutable_config()->set_bin_width_ns(kSyntheticWidthNs);
  recording->mutable_config()->set_num_dimensions(2);
  v1::RecordedDecoderChange* change = answer.add_decoder_changes();
  change->set_number(1);
  change->set_kind("swap");
  change->mutable_config()->mutable_kalman();
  v1::RecordedEvent* event = answer.add_events();
  event->set_time_unix_ns(UnixNs(10) + 1);
  event->set_kind("fault");
  event->set_detail("not finite");
  return answer;
}

}  // namespace

SyntheticSession MakeSyntheticSession(SyntheticSpikes spikes) {
  SyntheticSession session{Answer(), {}};
  std::vector<v1::RecordedItem>& items = session.items;
  for (int bin = 0; bin < kSyntheticBins; bin += kBinsPerChunk) {
    if (bin == 10) {
      items.push_back(IgnoredChunk());
      items.push_back(ItemAt(bin));
      items.back().mutable_gap()->set_record_count(4);
    }
    items.push_back(ChunkItem(bin, spikes));
    if (bin == 0) {
      // With the chunk; takes effect with the first bin that starts later: bin 1.
      items.push_back(ItemAt(2));
      *items.back().mutable_trial_events()->add_trial_events() =
          Event(StartNs(0) + 1, v1::TRIAL_EVENT_KIND_START, 0, "one");
    }
    if (bin != 4) continue;
    for (int i = 0; i < 2; ++i) {
      items.push_back(ItemAt(6));
      items.back().mutable_command()->set_bin_index(5);
      items.back().mutable_command()->set_status(v1::COMMAND_STATUS_HELD);
    }
    // From the arm, when bins up to 5 had been decoded: takes effect with bin 6.
    items.push_back(ItemAt(6));
    v1::ArmUpdate* update = items.back().mutable_arm_update();
    *update->add_trial_events() = Event(StartNs(5) + 3, v1::TRIAL_EVENT_KIND_STOP, 0, "one");
    *update->add_trial_events() = Event(StartNs(5) + 4, v1::TRIAL_EVENT_KIND_START, 1, "two");
  }
  return session;
}

v1::RecordedBin& SyntheticBin(SyntheticSession* session, int bin) {
  for (v1::RecordedItem& item : session->items) {
    for (v1::RecordedBin& each : *item.mutable_chunk()->mutable_bins()) {
      if (each.command().bin_index() == static_cast<std::uint64_t>(bin)) return each;
    }
  }
  throw std::out_of_range("no such bin");
}

archive::ExportTotals Export(const SyntheticSession& session, const std::string& path,
                             const archive::FileDescription& description) {
  archive::Hdf5Output file(path);
  archive::WriteDescription(description, session.answer.recording(), &file);
  archive::NwbExport nwb(session.answer, std::filesystem::path(path).parent_path().string(), &file);
  for (const v1::RecordedItem& item : session.items) nwb.Add(item);
  const archive::ExportTotals totals = nwb.Finish();
  file.Close();
  return totals;
}

}  // namespace efferent::test
