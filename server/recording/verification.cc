#include "server/recording/verification.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "files/packing.h"

namespace efferent {

Verification::Verification(RecordingReader* reader, const RecordedSession& session,
                           DecoderFactory make_decoder)
    : reader_(reader),
      session_(session),
      replay_(ReadRecordedSettings(session), reader->Changes(session.row), std::move(make_decoder)),
      checkpoints_(reader->Checkpoints(session.row)) {}

bool Verification::Step() {
  const auto piece = reader_->FindPiece(session_.row, next_piece_);
  if (!piece) return false;
  if (piece->number != next_piece_) {
    Differs("pieces " + std::to_string(next_piece_) + " to " + std::to_string(piece->number - 1) +
            " of the journal are missing");
    Lose();
  }
  next_piece_ = piece->number + 1;
  ++result_.piece_count;
  try {
    const std::string bytes = Unpack(piece->bytes, piece->size);
    RecordCursor cursor(bytes);
    while (const auto record = cursor.Next()) Go(*record);
  } catch (const std::runtime_error& error) {
    Differs("piece " + std::to_string(piece->number) + " of the journal: " + error.what());
    Lose();
  }
  return true;
}

void Verification::Go(const Record& record) {
  if (const auto* mark = std::get_if<CheckpointMark>(&record.what)) {
    GoThroughMark(record, *mark);
  } else if (const auto* applied = std::get_if<AppliedChunk>(&record.what)) {
    GoThroughChunk(record, *applied);
  } else if (const auto* gap = std::get_if<Gap>(&record.what)) {
    Differs(std::to_string(gap->num_records) + " records are missing before bin " +
            std::to_string(replay_.state().step().binner().next_bin_index()) +
            ": the disk had been too slow for them");
    Lose();
  } else if (is_known_) {
    replay_.Apply(record);
  }
}

void Verification::GoThroughChunk(const Record& record, const AppliedChunk& applied) {
  const std::uint64_t num_bins = applied.record.bins.size();
  if (!is_known_) {
    result_.unknown_bin_count += num_bins;
    return;
  }
  const auto different = replay_.Apply(record);
  result_.bin_count += num_bins;
  result_.decoder_change_count += applied.record.changes.size();
  result_.rollback_count = replay_.state().rollback_count();
  if (different) {
    Differs("the command of bin " + std::to_string(different->bin_index) + ": " + different->what);
  } else {
    result_.equal_bin_count += num_bins;
  }
}

void Verification::GoThroughMark(const Record& record, const CheckpointMark& mark) {
  if (is_known_) replay_.Apply(record);
  const auto found =
      std::find_if(checkpoints_.begin(), checkpoints_.end(),
                   [&](const RecordedCheckpoint& c) { return c.number == mark.number; });
  if (found == checkpoints_.end()) return;  // newer ones have taken its place
  const std::string name =
      "checkpoint " + std::to_string(found->number) + " at bin " + std::to_string(found->bin_index);
  try {
    const std::string saved = Unpack(reader_->CheckpointBytes(found->row), found->size);
    if (is_known_) {
      ++result_.checkpoint_count;
      if (const auto field = replay_.CompareState(saved))
        Differs(name + ": " + *field + " differs");
      return;
    }
    replay_.GoTo(saved, found->change_count);
    is_known_ = true;
  } catch (const std::runtime_error& error) {
    Differs(name + ": " + error.what());
  }
}

void Verification::Differs(const std::string& how) {
  if (result_.first_difference.empty()) result_.first_difference = how;
}

void Verification::Lose() { is_known_ = false; }

}  // namespace efferent
