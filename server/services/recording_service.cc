#include "server/services/recording_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "files/packing.h"
#include "server/recording/verification.h"
#include "server/services/error_status.h"
#include "server/services/open_recording.h"
#include "server/services/page.h"
#include "server/services/produced_stream.h"
#include "server/services/recording_mapping.h"

namespace efferent {
namespace {

/// About this much goes into a message of a recording.
constexpr std::size_t kMessageBytes = 1 << 20;

/// So few that a page has not much more than it shows; a row has the settings of its session.
constexpr std::int64_t kRowsAtOnce = 16;

/// A flood of refused chunks leaves an event each; a message has 16 MiB at most.
constexpr std::int64_t kMaxEvents = 10'000;

/// The recording as a message; while its session runs, with the session's present statistics.
v1::Recording Describe(const RecordedSession& session, const SessionRegistry& sessions) {
  v1::Recording message = ToMessage(session);
  if (session.ended_unix_ns) return message;
  if (const auto running = sessions.Find(session.session_id)) {
    message.set_is_running(true);
    *message.mutable_statistics() = running->Statistics();
  }
  return message;
}

/// Sends a recording, item by item.
class ReadStream final : public ProducedStream<v1::ReadRecordingResponse> {
 public:
  ReadStream(ServiceContext* context, grpc::CallbackServerContext* call, std::string name)
      : ProducedStream(context, call), recorder_(context->recorder), name_(std::move(name)) {}

 private:
  grpc::Status Produce(v1::ReadRecordingResponse* response, Produced* produced) override {
    if (!recording_.session) {
      const grpc::Status status = recording_.Open(recorder_, name_);
      if (!status.ok()) return status;
      shape_ = ReadRecordedSettings(*recording_.session).shape;
    }
    std::size_t size = 0;
    v1::RecordedChunk* last_chunk = nullptr;
    while (const auto record = Next()) {
      // Between two chunks: who learnt from a chunk's last bin comes after it.
      if (size > kMessageBytes && std::holds_alternative<AppliedChunk>(record->what)) {
        held_back_ = *record;
        break;
      }
      v1::RecordedItem* item = response->add_items();
      if (ToItem(*record, shape_.num_dimensions, shape_.bin_width_ns, last_chunk, item)) {
        size += item->ByteSizeLong();
        if (item->has_chunk()) last_chunk = item->mutable_chunk();
      } else {
        response->mutable_items()->RemoveLast();
      }
    }
    if (!response->items().empty()) *produced = Produced::kMessage;
    return grpc::Status::OK;
  }

  std::optional<Record> Next() {
    if (held_back_) return std::exchange(held_back_, std::nullopt);
    while (cursor_ || GoToNextPiece()) {
      if (auto record = cursor_->Next()) return record;
      cursor_.reset();
    }
    return std::nullopt;
  }

  bool GoToNextPiece() {
    const auto piece = recording_.archive->reader().FindPiece(recording_.session->row, next_piece_);
    if (!piece) return false;
    next_piece_ = piece->number + 1;
    bytes_ = Unpack(piece->bytes, piece->size);
    cursor_.emplace(bytes_);
    return true;
  }

  Recorder* recorder_;
  std::string name_;
  OpenRecording recording_;
  SessionShape shape_;
  std::uint64_t next_piece_ = 1;
  std::string bytes_;  // of the present piece
  std::optional<RecordCursor> cursor_;
  std::optional<Record> held_back_;
};

/// Decodes a recording again.
class VerifyStream final : public ProducedStream<v1::VerifyRecordingResponse> {
 public:
  VerifyStream(ServiceContext* context, grpc::CallbackServerContext* call, std::string name)
      : ProducedStream(context, call), context_(context), name_(std::move(name)) {}

 private:
  // Pieces between two messages: a second's worth or so of decoding.
  static constexpr int kPiecesPerMessage = 16;

  grpc::Status Produce(v1::VerifyRecordingResponse* response, Produced* produced) override {
    if (is_done_) return grpc::Status::OK;
    if (!verification_) {
      const grpc::Status status = recording_.Open(context_->recorder, name_);
      if (!status.ok()) return status;
      verification_.emplace(&recording_.archive->reader(), *recording_.session,
                            context_->make_decoder);
    }
    for (int i = 0; i < kPiecesPerMessage && !is_done_; ++i) is_done_ = !verification_->Step();
    const Verification::Result& result = verification_->result();
    *produced = Produced::kMessage;
    response->set_done_piece_count(result.piece_count);
    response->set_piece_count(recording_.session->piece_count);
    response->set_equal_bin_count(result.equal_bin_count);
    if (!is_done_) return grpc::Status::OK;
    v1::VerificationResult* message = response->mutable_result();
    message->set_is_equal(result.first_difference.empty());
    message->set_first_difference(result.first_difference);
    message->set_bin_count(result.bin_count);
    message->set_checkpoint_count(result.checkpoint_count);
    message->set_decoder_change_count(result.decoder_change_count);
    message->set_rollback_count(result.rollback_count);
    message->set_unknown_bin_count(result.unknown_bin_count);
    if (recording_.session->server_version != context_->recorder->server_version()) {
      message->set_other_server_version(recording_.session->server_version);
    }
    return grpc::Status::OK;
  }

  ServiceContext* context_;
  std::string name_;
  OpenRecording recording_;
  std::optional<Verification> verification_;
  bool is_done_ = false;
};

}  // namespace

template <class Answer>
grpc::ServerUnaryReactor* RecordingService::Carry(grpc::CallbackServerContext* call,
                                                  Answer&& answer) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  if (!context_->recorder) {
    reactor->Finish(NothingIsRecorded());
    return reactor;
  }
  context_->workers->PostArchive([this, reactor, answer = std::forward<Answer>(answer)] {
    try {
      Archive archive(context_->recorder);
      reactor->Finish(answer(&archive.reader()));
    } catch (const std::exception& error) {
      reactor->Finish(MakeStatus(grpc::StatusCode::INTERNAL, error.what()));
    }
  });
  return reactor;
}

grpc::ServerUnaryReactor* RecordingService::ListRecordings(grpc::CallbackServerContext* call,
                                                           const v1::ListRecordingsRequest* request,
                                                           v1::ListRecordingsResponse* response) {
  return Carry(call, [this, request, response](RecordingReader* reader) {
    grpc::Status status;
    const auto page = ReadPage(request->page_size(), request->page_token(), &status);
    if (!page) return status;
    std::size_t num_bytes = 0;
    std::int64_t last_row = page->after;
    while (true) {
      const auto sessions = reader->Sessions(last_row, kRowsAtOnce);
      if (sessions.empty()) return grpc::Status::OK;
      for (const RecordedSession& session : sessions) {
        if (response->recordings_size() == page->size || num_bytes > Page::kMaxBytes) {
          response->set_next_page_token(std::to_string(last_row));
          return grpc::Status::OK;
        }
        *response->add_recordings() = Describe(session, *context_->sessions);
        num_bytes += response->recordings().rbegin()->ByteSizeLong();
        last_row = session.row;
      }
    }
  });
}

grpc::ServerUnaryReactor* RecordingService::GetRecording(grpc::CallbackServerContext* call,
                                                         const v1::GetRecordingRequest* request,
                                                         v1::GetRecordingResponse* response) {
  return Carry(call, [this, request, response](RecordingReader* reader) {
    const auto session = reader->FindSession(request->name());
    if (!session) return UnknownRecording(request->name());
    *response->mutable_recording() = Describe(*session, *context_->sessions);
    for (const auto& checkpoint : reader->Checkpoints(session->row)) {
      *response->add_checkpoints() = ToMessage(checkpoint);
    }
    for (const auto& change : reader->Changes(session->row, RecordingReader::Weights::kLeftOut)) {
      *response->add_decoder_changes() = ToMessage(change);
    }
    std::uint64_t num_omitted = 0;
    for (const auto& event : reader->Events(session->row, kMaxEvents, &num_omitted)) {
      *response->add_events() = ToMessage(event);
    }
    response->set_omitted_event_count(num_omitted);
    return grpc::Status::OK;
  });
}

grpc::ServerWriteReactor<v1::ReadRecordingResponse>* RecordingService::ReadRecording(
    grpc::CallbackServerContext* call, const v1::ReadRecordingRequest* request) {
  auto stream = std::make_shared<ReadStream>(context_, call, request->name());
  context_->streams->Add(stream);
  stream->Begin();
  return stream.get();
}

grpc::ServerWriteReactor<v1::VerifyRecordingResponse>* RecordingService::VerifyRecording(
    grpc::CallbackServerContext* call, const v1::VerifyRecordingRequest* request) {
  auto stream = std::make_shared<VerifyStream>(context_, call, request->name());
  context_->streams->Add(stream);
  stream->Begin();
  return stream.get();
}

grpc::ServerUnaryReactor* RecordingService::EraseRecording(grpc::CallbackServerContext* call,
                                                           const v1::EraseRecordingRequest* request,
                                                           v1::EraseRecordingResponse* response) {
  return Carry(call, [this, request, response](RecordingReader* reader) {
    const auto session = reader->FindSession(request->name());
    if (!session) return UnknownRecording(request->name());
    if (request->name().find('@') == std::string::npos) {
      return InvalidArgument({{"name", "must have the recording's number, for example `" +
                                           ToMessage(*session).name() + "`: ids come again"}});
    }
    if (!session->ended_unix_ns) {
      return MakeStatus(grpc::StatusCode::FAILED_PRECONDITION,
                        "session `" + session->session_id + "` runs; end it first");
    }
    context_->recorder->Erase(session->row);
    response->set_erased_bytes(session->stored_bytes);
    return grpc::Status::OK;
  });
}

}  // namespace efferent
