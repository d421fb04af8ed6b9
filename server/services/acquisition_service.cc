#include "server/services/acquisition_service.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/loop/monotonic_clock.h"
#include "server/loop/processor_time.h"
#include "server/services/chunk_reader.h"
#include "server/services/error_status.h"
#include "server/services/message_mapping.h"
#include "server/services/outbound_stream.h"
#include "server/services/reused_request.h"

namespace efferent {
namespace {

std::string_view Explain(InputVerdict verdict) {
  switch (verdict) {
    case InputVerdict::kPlausible:
      return "";
    case InputVerdict::kSilent:
      return "nearly all channels are silent: the arm is held and stops; look at the recording";
    case InputVerdict::kSaturated:
      return "many channels count far more than usual: the arm is held and stops; look at the "
             "recording";
    case InputVerdict::kAlike:
      return "nearly all channels rise together: the arm is held and stops; look at the recording";
  }
  return "";
}

using Request = v1::StreamAcquisitionRequest;
using Response = v1::StreamAcquisitionResponse;

/// One acquisition stream. A chunk goes from the wire to its commands on the thread that read it:
///
///   read -> check -> decode (the arm gets its commands on the way) -> acknowledge -> learn -> read
///
/// Learning begins when the acknowledgement has been written: what a callback hands to gRPC leaves
/// when the callback returns. The next read waits for learning, so that HTTP/2's flow control slows a
/// client that is faster than the decoder. Chunks that nobody waits for (not in real time, or from a
/// source that takes more processor time than it was promised) go the same way on a background thread,
/// so that those in real time need not wait for them.
class AcquisitionStream final : public OutboundStream<grpc::ServerBidiReactor<Request, Response>,
                                                      Response, AcquisitionHolder>,
                                public std::enable_shared_from_this<AcquisitionStream> {
 public:
  AcquisitionStream(ServiceContext* context, grpc::CallbackServerContext* call)
      : OutboundStream(call), context_(context) {}

  void Begin() { StartRead(request_.Renew()); }

  void OnReadDone(bool ok) override {
    arrived_at_ns_ = MonotonicNowNs();
    context_->threads->ApplyToThisThread();
    if (!ok) return EndWith(grpc::Status::OK, "the client ended the stream");
    switch (request_->message_case()) {
      case Request::kOpen:
        return HandleOpen(request_->open());
      case Request::kChunk:
        return RouteChunk();
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
    if (acknowledging_.exchange(false)) return Dispatch(&AcquisitionStream::FinishChunk);
    if (ok && !in_chunk_) ReadNext();
  }

  void OnCancel() override { EndWith(grpc::Status::CANCELLED, "the client is gone"); }

  void OnDone() override {
    if (session_) session_->LeaveAcquisition(this, "the stream is done");
    context_->streams->Remove(this);
  }

  void End(StreamEnd reason) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      SetEnding(EndStatus(reason));
      FinishIfIdle();
    }
    // A successor must not wait for an acknowledgement that a dead client does not take.
    if (acknowledging_.exchange(false)) Dispatch(&AcquisitionStream::FinishChunk);
  }

  void OnSeatReady() noexcept override { WriteOpened(); }
  std::optional<std::string_view> client_id() const noexcept override { return client_id_; }

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
    if (const auto violation = CheckClientId(open.client_id()))
      return EndWith(InvalidArgument({*violation}), "");
    client_id_ = open.client_id();
    {
      const std::lock_guard lock(mutex_);
      session_ = std::move(session);
    }
    return_commands_ = open.return_commands();
    const auto ready = session_->AttachAcquisition(shared_from_this(), open.take_over());
    if (!ready) return EndWith(AnotherClient(session_->id(), "streams to"), "");
    if (*ready) WriteOpened();
  }

  /// The control loop is this stream's alone now.
  void WriteOpened() {
    const LoopStatus status = session_->loop().status();
    const std::lock_guard lock(mutex_);
    if (ending()) return;
    v1::AcquisitionOpened* opened = response_.mutable_opened();
    opened->set_applied_sequence_number(status.applied_sequence_number);
    opened->set_decoded_until_ns(status.decoded_until_ns);
    if (const SessionJournal* journal = session_->journal()) {
      opened->set_durable_sequence_number(journal->durable_sequence_number());
    }
    Write();
  }

  void RouteChunk() {
    if (!session_) return Refuse({"chunk", "came before `open`, which must be the first message"});
    if (!session_->BeginChunk(this)) return;  // taken over: the call is ending
    in_chunk_ = true;
    in_real_time_ = session_->settings().timing.real_time &&
                    session_->handling_budget().HasTime(arrived_at_ns_);
    Dispatch(&AcquisitionStream::HandleChunk);
  }

  /// Runs a part of a chunk's handling where it belongs.
  void Dispatch(void (AcquisitionStream::*part)()) {
    if (in_real_time_) return (this->*part)();
    context_->workers->Post([part, self = shared_from_this()] { (self.get()->*part)(); });
  }

  /// From the message to the acknowledgement. The control loop is this stream's alone until EndChunk.
  void HandleChunk() {
    const std::int64_t began_processor_ns = ThreadProcessorNs();
    const v1::AcquisitionChunk& message = request_->chunk();
    std::optional<Violation> wrong =
        ReadChunk(message, session_->settings().shape, context_->chunk_limits, &chunk_);
    ControlLoop& loop = session_->loop();
    if (!wrong) wrong = loop.Admit(chunk_, &plan_);
    if (wrong) {
      in_chunk_ = false;
      session_->EndChunk(this);
      session_->events().Record(SessionEventKind::kChunkRefused, session_->id(),
                                wrong->field + " " + wrong->description);
      return Refuse(*wrong);
    }
    StageLatencies& latencies = session_->latencies();
    latencies.Record(Stage::kRead, MonotonicNowNs() - arrived_at_ns_);
    status_before_ = session_->mailbox().last_bin().status;
    before_ = loop.status();

    published_.clear();
    loop.Apply(chunk_, plan_, arrived_at_ns_, &published_);
    session_->CountProcessorTime(ThreadProcessorNs() - began_processor_ns);
    latencies.Record(Stage::kRespond, MonotonicNowNs() - arrived_at_ns_);
    if (session_->journal() && context_->acknowledges_durable) {
      loop.Conclude();
      // On the recorder's thread, which must go on: what is left to do is short.
      return session_->journal()->WhenDurable(chunk_.sequence_number,
                                              [self = shared_from_this()] { self->Acknowledge(); });
    }
    Acknowledge();
  }

  void Acknowledge() {
    acknowledging_ = true;
    // From here on another thread may have the chunk.
    if (!WriteAck() && acknowledging_.exchange(false)) FinishChunk();
  }

  /// What can wait until the acknowledgement has left.
  void FinishChunk() {
    // Where client and server share processors, the kernel has put the client that was woken behind this
    // thread, expecting it to sleep. When much is promised to many, somebody always wants to run, and
    // learning that lets them pass ends late.
    const ProcessorBudget& budget = context_->sessions->processor_budget();
    if (2.0 * budget.reserved() <= budget.reservable()) std::this_thread::yield();
    const std::int64_t began_processor_ns = ThreadProcessorNs();
    session_->loop().Conclude();
    if (!plan_.ignored) session_->PublishTrialEvents(request_->chunk());
    Report();
    session_->CountProcessorTime(ThreadProcessorNs() - began_processor_ns);
    in_chunk_ = false;
    session_->EndChunk(this);
    ReadNext();
  }

  /// False: the stream is ending.
  bool WriteAck() {
    const LoopStatus status = session_->loop().status();
    const std::lock_guard lock(mutex_);
    if (ending()) return false;
    v1::AcquisitionAck* ack = response_.mutable_ack();
    ack->set_applied_sequence_number(status.applied_sequence_number);
    ack->set_decoded_until_ns(status.decoded_until_ns);
    ack->set_late_event_count(status.late_event_count);
    ack->set_missing_chunk_count(status.missing_chunk_count);
    ack->set_missed_bin_count(status.missed_bin_count);
    ack->set_duplicate_chunk_count(status.duplicate_chunk_count);
    ack->set_late_chunk_count(status.late_chunk_count);
    if (const SessionJournal* journal = session_->journal()) {
      ack->set_durable_sequence_number(journal->durable_sequence_number());
    }
    ack->clear_commands();
    if (return_commands_) {
      const int num_dimensions = session_->settings().shape.num_dimensions;
      for (const PublishedCommand& published : published_) {
        WriteCommand(published, num_dimensions, 0, ack->add_commands());
      }
    }
    Write();
    return true;
  }

  /// What the chunk changed and is worth remembering.
  void Report() {
    const LoopStatus after = session_->loop().status();
    if (after.stale_by_ns && !before_.stale_by_ns) {
      session_->events().Record(SessionEventKind::kStale, session_->id(),
                                "a bin came " + std::to_string(*after.stale_by_ns / 1'000'000) +
                                    " ms late, more than watchdog.stop_after_ns: bins do not move "
                                    "the arm until they are in time again");
    }
    ReportInput(after);
    const bool silent_before =
        status_before_ == CommandStatus::kHeld || status_before_ == CommandStatus::kStopped;
    if (plan_.num_bins > 0 && before_.decoded_bin_count > 0 && silent_before &&
        !after.stale_by_ns && after.input_verdict == InputVerdict::kPlausible) {
      session_->events().Record(SessionEventKind::kResumed, session_->id(), "");
    }
    if (after.fault_count > before_.fault_count) {
      session_->events().Record(SessionEventKind::kFault, session_->id(),
                                "the decoder was rolled back and learning is frozen; " +
                                    std::to_string(after.fault_count) + " faults so far");
    }
    if (after.learning_rollback_count > before_.learning_rollback_count) {
      session_->NoteRollback(after.learning_rollback_reason);
    }
    if (after.driver_since_bin_index != before_.driver_since_bin_index) {
      session_->events().Record(
          SessionEventKind::kDriverChanged, session_->id(),
          "drives from bin " + std::to_string(after.driver_since_bin_index) + " on");
    }
    if (after.missing_chunk_count > before_.missing_chunk_count) {
      session_->events().Record(
          SessionEventKind::kChunksMissing, session_->id(),
          std::to_string(after.missing_chunk_count - before_.missing_chunk_count) +
              " chunks before number " + std::to_string(after.applied_sequence_number) + ", " +
              std::to_string(after.missed_bin_count - before_.missed_bin_count) + " bins");
    }
  }

  /// What the recorded population looks like, where that has changed.
  void ReportInput(const LoopStatus& after) {
    if (after.input_verdict != before_.input_verdict) {
      const bool plausible = after.input_verdict == InputVerdict::kPlausible;
      session_->events().Record(
          plausible ? SessionEventKind::kInputPlausible : SessionEventKind::kInputImplausible,
          session_->id(), Explain(after.input_verdict));
    }
    if (after.masked_channel_count == before_.masked_channel_count) return;
    constexpr int kNamed = 10;
    std::string detail = std::to_string(after.masked_channel_count) + " channels are masked";
    const Eigen::ArrayXf& masked = session_->loop().input_guard().masked();
    int named = 0;
    for (Eigen::Index channel = 0; channel < masked.size() && named < kNamed; ++channel) {
      if (masked[channel] == 0.0f) continue;
      detail += (named++ == 0 ? ": " : ", ") + std::to_string(channel);
    }
    if (after.masked_channel_count > kNamed) detail += ", ...";
    session_->events().Record(SessionEventKind::kChannelsMasked, session_->id(), detail);
  }

  void ReadNext() {
    const std::lock_guard lock(mutex_);
    if (!ending()) StartRead(request_.Renew());
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
  std::string client_id_;
  bool return_commands_ = false;
  std::int64_t arrived_at_ns_ = 0;  // of the message being handled

  ReusedRequest<Request, 256 << 10> request_;
  Chunk chunk_;
  std::vector<PublishedCommand> published_;
  // Of the chunk that is being handled, which is passed from thread to thread.
  std::atomic<bool> in_chunk_ = false;
  std::atomic<bool> acknowledging_ = false;  // whoever clears it runs FinishChunk
  bool in_real_time_ = false;
  ChunkPlan plan_;
  CommandStatus status_before_ = CommandStatus::kStopped;
  LoopStatus before_;
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* AcquisitionService::StreamAcquisition(
    grpc::CallbackServerContext* call) {
  auto stream = std::make_shared<AcquisitionStream>(context_, call);
  stream->Begin();
  context_->streams->Add(stream);
  return stream.get();
}

}  // namespace efferent
