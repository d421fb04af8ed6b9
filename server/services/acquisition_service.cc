#include "server/services/acquisition_service.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/services/chunk_reader.h"
#include "server/services/error_status.h"
#include "server/services/message_mapping.h"
#include "server/services/outbound_stream.h"

namespace efferent {
namespace {

using Request = v1::StreamAcquisitionRequest;
using Response = v1::StreamAcquisitionResponse;

/// One acquisition stream. A chunk goes from the wire to its commands on the thread that read it:
///
///   read -> check -> decode (the arm gets its commands on the way) -> acknowledge -> learn -> read
///
/// The next read waits for both the acknowledgement's write and learning, so that HTTP/2's flow
/// control slows a client that is faster than the decoder.
class AcquisitionStream final
    : public OutboundStream<grpc::ServerBidiReactor<Request, Response>, Response>,
      public AcquisitionHolder,
      public std::enable_shared_from_this<AcquisitionStream> {
 public:
  explicit AcquisitionStream(ServiceContext* context) : context_(context) {}

  void Begin() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    context_->threads->ApplyToThisThread();
    if (!ok) return EndWith(grpc::Status::OK, "the client ended the stream");
    switch (request_.message_case()) {
      case Request::kOpen:
        return HandleOpen(request_.open());
      case Request::kChunk:
        return HandleChunk(request_.chunk());
      case Request::MESSAGE_NOT_SET:
        break;
    }
    Refuse({"message", "is not set, must be `open` or `chunk`"});
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      WriteDone();
      FinishIfIdle();
    }
    if (ok) ReadWhenIdle();
  }

  void OnCancel() override { EndWith(grpc::Status::CANCELLED, "the client is gone"); }

  void OnDone() override {
    if (session_) session_->LeaveAcquisition(this, "the stream is done");
    context_->streams->Remove(this);
  }

  void End(StreamEnd reason) noexcept override {
    const std::lock_guard lock(mutex_);
    SetEnding(EndStatus(reason, MakeStatus(grpc::StatusCode::NOT_FOUND, "the session has ended")));
    FinishIfIdle();
  }

  void OnSeatReady() noexcept override { WriteOpened(); }

 private:
  void HandleOpen(const v1::AcquisitionOpen& open) {
    if (session_) return Refuse({"open", "came a second time; it must be the first message only"});
    std::shared_ptr<Session> session = context_->sessions->Find(open.session_id());
    if (!session) return EndWith(UnknownSession(open.session_id()), "");
    const SessionShape& shape = session->settings().shape;
    std::vector<Violation> wrong;
    if (open.num_channels() != static_cast<std::uint32_t>(shape.num_channels)) {
      wrong.push_back({"open.num_channels", "is " + std::to_string(open.num_channels()) +
                                                ", must be the session's " +
                                                std::to_string(shape.num_channels)});
    }
    if (open.bin_width_ns() != 0 && open.bin_width_ns() != shape.bin_width_ns) {
      wrong.push_back({"open.bin_width_ns", "is " + std::to_string(open.bin_width_ns()) +
                                                " ns, must be the session's " +
                                                std::to_string(shape.bin_width_ns) +
                                                " ns (or 0 for a source of events)"});
    }
    if (!wrong.empty()) return EndWith(InvalidArgument(wrong), "");
    {
      const std::lock_guard lock(mutex_);
      session_ = std::move(session);
    }
    return_commands_ = open.return_commands();
    if (session_->AttachAcquisition(shared_from_this())) WriteOpened();
  }

  /// The control loop is this stream's alone now.
  void WriteOpened() {
    const LoopStatus status = session_->loop().status();
    const std::lock_guard lock(mutex_);
    if (ending()) return;
    v1::AcquisitionOpened* opened = response_.mutable_opened();
    opened->set_applied_sequence_number(status.applied_sequence_number);
    opened->set_decoded_until_ns(status.decoded_until_ns);
    things_to_wait_for_ = 1;
    Write();
  }

  void HandleChunk(const v1::AcquisitionChunk& message) {
    if (!session_) return Refuse({"chunk", "came before `open`, which must be the first message"});
    if (!session_->BeginChunk(this)) return;  // taken over: the call is ending
    std::optional<Violation> wrong =
        ReadChunk(message, session_->settings().shape, context_->chunk_limits, &chunk_);
    ChunkPlan plan;
    ControlLoop& loop = session_->loop();
    if (!wrong) wrong = loop.Admit(chunk_, &plan);
    if (wrong) {
      session_->EndChunk(this);
      session_->events().Record(SessionEventKind::kChunkRefused, session_->id(),
                                wrong->field + " " + wrong->description);
      return Refuse(*wrong);
    }
    const CommandStatus status_before = session_->mailbox().last_bin().status;
    const std::uint64_t bins_before = loop.status().decoded_bin_count;

    published_.clear();
    loop.Apply(chunk_, plan, &published_);
    WriteAck();
    loop.LearnPending();

    if (!plan.duplicate) session_->watch_hub().Publish(message.trial_events());
    ReportAfter(plan, status_before, bins_before);
    session_->EndChunk(this);
    ReadWhenIdle();
  }

  void WriteAck() {
    const LoopStatus status = session_->loop().status();
    const std::lock_guard lock(mutex_);
    things_to_wait_for_ = 2;
    if (ending()) return;
    v1::AcquisitionAck* ack = response_.mutable_ack();
    ack->set_applied_sequence_number(status.applied_sequence_number);
    ack->set_decoded_until_ns(status.decoded_until_ns);
    ack->set_late_event_count(status.late_event_count);
    ack->set_missing_chunk_count(status.missing_chunk_count);
    ack->clear_commands();
    if (return_commands_) {
      const int num_dimensions = session_->settings().shape.num_dimensions;
      for (const PublishedCommand& published : published_) {
        WriteCommand(published, num_dimensions, 0, ack->add_commands());
      }
    }
    Write();
  }

  /// What the chunk changed and is worth remembering; after the reply, never before it.
  void ReportAfter(const ChunkPlan& plan, CommandStatus status_before, std::uint64_t bins_before) {
    const bool silent_before =
        status_before == CommandStatus::kHeld || status_before == CommandStatus::kStopped;
    if (plan.num_bins > 0 && bins_before > 0 && silent_before) {
      session_->events().Record(SessionEventKind::kResumed, session_->id(), "");
    }
    const std::uint64_t faults = session_->loop().status().fault_count;
    if (faults != std::exchange(faults_reported_, faults) && faults > 0) {
      session_->events().Record(SessionEventKind::kFault, session_->id(),
                                "the decoder was rolled back and learning is frozen; " +
                                    std::to_string(faults) + " faults so far");
    }
  }

  void ReadWhenIdle() {
    if (--things_to_wait_for_ > 0) return;
    const std::lock_guard lock(mutex_);
    if (!ending()) StartRead(&request_);
  }

  void Refuse(const Violation& violation) {
    EndWith(InvalidArgument({violation}), violation.field + " " + violation.description);
  }

  /// The stream is over: the arm stops first, then the client hears why.
  void EndWith(const grpc::Status& status, const std::string& why) {
    std::shared_ptr<Session> session;
    {
      const std::lock_guard lock(mutex_);
      session = session_;
    }
    if (session) session->LeaveAcquisition(this, why);
    const std::lock_guard lock(mutex_);
    SetEnding(status);
    FinishIfIdle();
  }

  ServiceContext* context_;
  std::shared_ptr<Session>
      session_;  // set once, by HandleOpen, with mutex_: OnCancel looks at it too
  bool return_commands_ = false;
  std::uint64_t faults_reported_ = 0;

  Request request_;
  Chunk chunk_;
  std::vector<PublishedCommand> published_;
  std::atomic<int> things_to_wait_for_ = 0;  // write, learning
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* AcquisitionService::StreamAcquisition(
    grpc::CallbackServerContext*) {
  auto stream = std::make_shared<AcquisitionStream>(context_);
  stream->Begin();
  context_->streams->Add(stream);
  return stream.get();
}

}  // namespace efferent
