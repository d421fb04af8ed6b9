#include "server/recording/resume.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "files/packing.h"
#include "server/journal/unix_clock.h"
#include "server/recording/replay.h"
#include "server/session/message_json.h"

namespace efferent {
namespace {

/// Everything up to the journal's end, starting at the last checkpoint that fits.
class Resumption {
 public:
  Resumption(RecordingReader* reader, const RecordedSession& session, DecoderFactory make_decoder)
      : reader_(reader),
        session_(session),
        settings_(ReadRecordedSettings(session)),
        replay_(settings_, reader->Changes(session.row), std::move(make_decoder)) {}

  ResumedSession Run() {
    GoToLastCheckpoint();
    ApplyTheRest();
    JournalPosition position;
    position.piece_number = session_.last_piece_number;
    position.sequence_number = session_.last_sequence_number;
    position.checkpoint_number = last_checkpoint_number_;
    return {session_.session_id, settings_,        session_.created_unix_ns,
            replay_.TakeState(), replay_.roster(), position};
  }

 private:
  void GoToLastCheckpoint() {
    std::vector<RecordedCheckpoint> checkpoints = reader_->Checkpoints(session_.row);
    if (!checkpoints.empty()) last_checkpoint_number_ = checkpoints.back().number;
    std::reverse(checkpoints.begin(), checkpoints.end());
    for (const RecordedCheckpoint& checkpoint : checkpoints) {
      try {
        replay_.GoTo(Unpack(reader_->CheckpointBytes(checkpoint.row), checkpoint.size),
                     checkpoint.change_count);
        from_ = checkpoint;
        return;
      } catch (const std::runtime_error& error) {
        spdlog::warn("session {}: checkpoint {} {}; trying the one before", session_.session_id,
                     checkpoint.number, error.what());
      }
    }
  }

  void ApplyTheRest() {
    bool reached = from_.number == 0;
    std::uint64_t next_piece = std::max<std::uint64_t>(1, from_.piece_number);
    while (const auto piece = reader_->FindPiece(session_.row, next_piece)) {
      next_piece = piece->number + 1;
      const std::string bytes = Unpack(piece->bytes, piece->size);
      RecordCursor cursor(bytes);
      while (const auto record = cursor.Next()) {
        const auto* mark = std::get_if<CheckpointMark>(&record->what);
        if (mark) last_checkpoint_number_ = std::max(last_checkpoint_number_, mark->number);
        if (reached) {
          Apply(*record);
        } else {
          reached = mark && mark->number == from_.number;
        }
      }
    }
  }

  void Apply(const Record& record) {
    if (const auto different = replay_.Apply(record)) {
      // Another program than the one that recorded it: its state is what there is.
      if (!differs_) {
        spdlog::warn("session {}: bin {} {}; it goes on from what is decoded now",
                     session_.session_id, different->bin_index, different->what);
      }
      differs_ = true;
    }
  }

  RecordingReader* reader_;
  RecordedSession session_;
  SessionSettings settings_;
  Replay replay_;
  RecordedCheckpoint from_;  // number 0: from the start
  std::uint64_t last_checkpoint_number_ = 0;
  bool differs_ = false;
};

}  // namespace

void ResumeSessions(Recorder* recorder, double within_s, const DecoderFactory& make_decoder,
                    SessionRegistry* registry) {
  Database database(recorder->database_file(), Database::Access::kRead);
  RecordingReader reader(&database);
  for (const RecordedSession& session : reader.Sessions()) {
    if (session.ended_unix_ns) continue;
    const std::int64_t last_ns = std::max(session.created_unix_ns, session.last_write_unix_ns);
    const double silent_s = static_cast<double>(UnixNowNs() - last_ns) * 1e-9;
    std::optional<std::string> why;
    if (silent_s > within_s) {
      why = "nothing came from it for " + std::to_string(static_cast<int>(silent_s)) + " s";
    } else {
      try {
        why = registry->Resume(Resumption(&reader, session, make_decoder).Run());
      } catch (const std::exception& error) {
        why = error.what();
      }
    }
    if (why) {
      spdlog::error("session {} does not go on: {}; what was recorded of it stays",
                    session.session_id, *why);
      recorder->SessionLost(session.row, *why);
    } else {
      spdlog::info("session {} goes on from sequence number {}", session.session_id,
                   session.last_sequence_number);
      recorder->SessionResumed(session.session_id, session.row);
    }
  }
}

}  // namespace efferent
