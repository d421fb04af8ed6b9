#include "server/services/recording_mapping.h"

#include <stdexcept>

#include "server/services/message_mapping.h"
#include "server/session/message_json.h"

namespace efferent {
namespace {

void WriteVector(const TaskVector& vector, int num_dimensions,
                 google::protobuf::RepeatedField<double>* values) {
  for (int i = 0; i < num_dimensions; ++i) values->Add(vector[i]);
}

void WriteBehavior(const BehaviorSample& sample, int num_dimensions, v1::BehaviorSample* message) {
  v1::ArmState* state = message->mutable_arm_state();
  state->set_time_ns(sample.time_ns);
  if (sample.position_m) {
    WriteVector(*sample.position_m, num_dimensions, state->mutable_position_m());
  }
  if (sample.velocity_m_s) {
    WriteVector(*sample.velocity_m_s, num_dimensions, state->mutable_velocity_m_s());
  }
  state->set_engaged(sample.engaged);
  if (sample.reward) state->set_reward(*sample.reward);
  if (!sample.target_position_m) return;
  WriteVector(*sample.target_position_m, num_dimensions,
              message->mutable_target()->mutable_position_m());
  message->mutable_target()->set_radius_m(sample.target_radius_m);
}

void WriteChunk(const Chunk& chunk, int num_dimensions, TimeNs bin_width_ns,
                v1::AcquisitionChunk* message) {
  message->set_sequence_number(chunk.sequence_number);
  message->set_complete_until_ns(chunk.complete_until_ns);
  message->set_client_send_time_ns(chunk.client_send_time_ns);
  if (chunk.has_counts) {
    v1::SpikeCounts* counts = message->mutable_spike_counts();
    counts->set_start_time_ns(chunk.counts_start_time_ns);
    counts->set_bin_width_ns(bin_width_ns);
    counts->mutable_counts()->Add(chunk.counts.begin(), chunk.counts.end());
  } else if (!chunk.spikes.empty()) {
    v1::SpikeEvents* events = message->mutable_spike_events();
    for (const Spike& spike : chunk.spikes) {
      events->add_channel(spike.channel);
      events->add_time_ns(spike.time_ns);
    }
  }
  for (const BehaviorSample& sample : chunk.behavior) {
    WriteBehavior(sample, num_dimensions, message->add_behavior());
  }
}

/// Whether the driver learnt. Nothing: that is not known.
void WriteLearnt(const LearnRecord& record, v1::RecordedBin* message) {
  if (!record.driver) message->set_learnt(false);
  if (record.driver_learnt) message->set_learnt(*record.driver_learnt);
}

void WriteBin(const BinRecord& bin, int num_dimensions, std::int64_t client_send_time_ns,
              v1::RecordedBin* message) {
  WriteCommand({bin.command, client_send_time_ns, 0}, num_dimensions, 0,
               message->mutable_command());
  message->set_withheld(bin.withheld != Withheld::kNo);
  message->set_stale(bin.withheld == Withheld::kStale);
  if (bin.inputs.arm) WriteBehavior(*bin.inputs.arm, num_dimensions, message->mutable_behavior());
  if (bin.learnt) WriteLearnt(*bin.learnt, message);
  message->set_decode_time_ns(bin.decode_ns);
  message->set_respond_time_ns(bin.respond_ns);
  message->set_missed_deadline(bin.missed_deadline);
  message->set_after_stop(bin.inputs.stopped);
  if (bin.inputs.learning) message->set_learning_enabled(*bin.inputs.learning);
}

}  // namespace

v1::Recording ToMessage(const RecordedSession& session) {
  v1::Recording message;
  message.set_name(session.session_id + "@" + std::to_string(session.row));
  message.set_session_id(session.session_id);
  FromJson(session.config_json, message.mutable_config());
  message.set_server_version(session.server_version);
  message.set_create_time_unix_ns(session.created_unix_ns);
  if (session.ended_unix_ns) message.set_end_time_unix_ns(*session.ended_unix_ns);
  message.set_end_reason(session.end_reason);
  if (!session.statistics_json.empty()) {
    FromJson(session.statistics_json, message.mutable_statistics());
  }
  message.set_lost_record_count(session.lost_record_count);
  message.set_applied_sequence_number(session.last_sequence_number);
  message.set_last_record_time_unix_ns(session.last_write_unix_ns);
  message.set_stored_bytes(session.stored_bytes);
  message.set_is_whole(session.lost_record_count == 0 &&
                       session.piece_count == session.last_piece_number);
  return message;
}

v1::RecordedCheckpoint ToMessage(const RecordedCheckpoint& checkpoint) {
  v1::RecordedCheckpoint message;
  message.set_number(checkpoint.number);
  message.set_bin_index(checkpoint.bin_index);
  message.set_time_unix_ns(checkpoint.time_unix_ns);
  message.set_reason(checkpoint.reason);
  message.set_size_bytes(checkpoint.size);
  return message;
}

v1::RecordedDecoderChange ToMessage(const RecordedChange& change) {
  v1::RecordedDecoderChange message;
  message.set_number(change.number);
  message.set_time_unix_ns(change.time_unix_ns);
  message.set_kind(change.kind);
  message.set_name(change.name);
  FromJson(change.config_json, message.mutable_config());
  message.set_frozen(change.frozen);
  message.set_twin(change.twin);
  message.set_imported(change.imported);
  return message;
}

v1::RecordedEvent ToMessage(const RecordedEvent& event) {
  v1::RecordedEvent message;
  message.set_time_unix_ns(event.time_unix_ns);
  message.set_kind(event.kind);
  message.set_detail(event.detail);
  return message;
}

bool ToItem(const Record& record, int num_dimensions, TimeNs bin_width_ns,
            v1::RecordedChunk* last_chunk, v1::RecordedItem* item) {
  item->set_time_unix_ns(record.time_unix_ns);
  if (const auto* applied = std::get_if<AppliedChunk>(&record.what)) {
    v1::RecordedChunk* message = item->mutable_chunk();
    message->set_ignored(applied->record.ignored);
    WriteChunk(applied->chunk, num_dimensions, bin_width_ns, message->mutable_chunk());
    for (const BinRecord& bin : applied->record.bins) {
      WriteBin(bin, num_dimensions, applied->chunk.client_send_time_ns, message->add_bins());
    }
    for (const ChunkRecord::ChangeMark& mark : applied->record.changes) {
      if (mark.bin >= applied->record.bins.size()) throw DamagedRecord("a change is of no bin");
      message->mutable_bins(static_cast<int>(mark.bin))->add_decoder_changes(mark.number);
    }
  } else if (const auto* learnt = std::get_if<Learnt>(&record.what)) {
    if (last_chunk && !last_chunk->bins().empty()) {
      WriteLearnt(learnt->record, last_chunk->mutable_bins(last_chunk->bins_size() - 1));
    }
    return false;
  } else if (const auto* mark = std::get_if<CheckpointMark>(&record.what)) {
    item->mutable_checkpoint()->set_number(mark->number);
  } else if (const auto* update = std::get_if<ArmUpdateRecord>(&record.what)) {
    if (!item->mutable_arm_update()->ParseFromString(update->message)) {
      throw DamagedRecord("an arm update cannot be read");
    }
  } else if (const auto* events = std::get_if<TrialEventsRecord>(&record.what)) {
    v1::AcquisitionChunk chunk;
    if (!chunk.ParseFromString(events->message)) {
      throw DamagedRecord("trial events cannot be read");
    }
    item->mutable_trial_events()->mutable_trial_events()->Swap(chunk.mutable_trial_events());
  } else if (const auto* command = std::get_if<CommandRecord>(&record.what)) {
    WriteCommand({command->command, 0, 0}, num_dimensions, 0, item->mutable_command());
  } else if (const auto* gap = std::get_if<Gap>(&record.what)) {
    item->mutable_gap()->set_record_count(gap->num_records);
  }
  return true;
}

}  // namespace efferent
