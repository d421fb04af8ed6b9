#include "server/services/arm_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/services/error_status.h"
#include "server/services/message_mapping.h"
#include "server/services/outbound_stream.h"
#include "server/services/reused_request.h"

namespace efferent {
namespace {

using Request = v1::StreamArmRequest;
using Response = v1::StreamArmResponse;

/// One arm stream. Updates come in by reads; commands go out on the thread of whoever publishes
/// them (control loop or watchdog), one write at a time: what is overtaken during a write is
/// skipped and counted.
class ArmStream final
    : public OutboundStream<grpc::ServerBidiReactor<Request, Response>, Response, ServerStream>,
      public CommandListener,
      public std::enable_shared_from_this<ArmStream> {
 public:
  ArmStream(ServiceContext* context, grpc::CallbackServerContext* call)
      : OutboundStream(call), context_(context) {}

  void Begin() { StartRead(request_.Renew()); }

  void OnReadDone(bool ok) override {
    if (!ok) return EndWith(grpc::Status::OK);
    switch (request_->message_case()) {
      case Request::kOpen:
        return HandleOpen(request_->open());
      case Request::kUpdate:
        return HandleUpdate(request_->update());
      case Request::MESSAGE_NOT_SET:
        break;
    }
    Refuse({"message", "is not set, must be `open` or `update`"});
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      WriteDone();
    }
    if (ok) {
      SendLatest();
    } else {
      EndWith(grpc::Status::CANCELLED);
    }
  }

  void OnCancel() override { EndWith(grpc::Status::CANCELLED); }

  void OnDone() override {
    Leave();
    context_->streams->Remove(this);
  }

  void OnCommand() noexcept override { SendLatest(); }

  void End(StreamEnd reason) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      SetEnding(EndStatus(reason));
      // Whoever was taken over has no say any more; the others get the last word, which is STOPPED.
      if (reason == StreamEnd::kTakenOver) commands_end_ = true;
    }
    SendLatest();
  }

 private:
  void HandleOpen(const v1::ArmOpen& open) {
    if (session_) return Refuse({"open", "came a second time; it must be the first message only"});
    std::shared_ptr<Session> session = context_->sessions->Find(open.session_id());
    if (!session) return EndWith(UnknownSession(open.session_id()));
    {
      const std::lock_guard lock(mutex_);
      if (ending()) return;
      session_ = std::move(session);
      // The latest command is still in force; those before it are not this stream's business.
      if (const auto last = session_->mailbox().last_bin(); last.number > 0) {
        cursor_.number = last.number - 1;
      }
    }
    if (const auto violation = CheckClientId(open.client_id())) return Refuse(*violation);
    // Attached first, then answered: of two streams the one that was answered first is the older.
    session_->mailbox().Subscribe(shared_from_this(), /*first=*/true);
    if (!session_->AttachArm(shared_from_this(), open.client_id(), open.take_over())) {
      return EndWith(AnotherClient(session_->id(), "drives the arm of"));
    }
    {
      const std::lock_guard lock(mutex_);
      if (ending()) return;
      const SessionSettings& settings = session_->settings();
      v1::ArmOpened* opened = response_.mutable_opened();
      opened->set_bin_width_ns(settings.shape.bin_width_ns);
      opened->set_num_dimensions(static_cast<std::uint32_t>(settings.shape.num_dimensions));
      opened->set_stop_after_ns(settings.watchdog.stop_after_ns);
      commands_begin_ = true;
      Write();
    }
    StartRead(request_.Renew());
  }

  void HandleUpdate(const v1::ArmUpdate& update) {
    if (!session_) return Refuse({"update", "came before `open`, which must be the first message"});
    if (!update.has_state())
      return Refuse({"update.state", "is not set; every update has a state"});
    BehaviorSample sample;
    boundaries_.clear();
    std::optional<Violation> wrong = ReadBehavior(
        update.state(), update.has_target() ? &update.target() : nullptr,
        session_->settings().shape.num_dimensions, "update.state", "update.target", &sample);
    if (!wrong && sample.time_ns < last_time_ns_) {
      wrong = {"update.state.time_ns",
               "is " + std::to_string(sample.time_ns) + " ns, before that of the last update (" +
                   std::to_string(last_time_ns_) + " ns); session time never goes back"};
    }
    const TimeNs session_time_ns = session_->loop().status().decoded_until_ns;
    const TimeNs max_gap_ns = session_->settings().timing.max_gap_ns;
    if (!wrong && sample.time_ns - session_time_ns > max_gap_ns) {
      wrong = {"update.state.time_ns",
               "is " + std::to_string(sample.time_ns) + " ns, more than timing.max_gap_ns (" +
                   std::to_string(max_gap_ns) + " ns) after the last decoded bin (" +
                   std::to_string(session_time_ns) +
                   " ns); give session time, as commands carry it in `bin_stop_time_ns`"};
    }
    if (!wrong) {
      wrong = ReadTrialEvents(update.trial_events(), sample.time_ns, "update.trial_events",
                              &boundaries_);
    }
    if (wrong) return Refuse(*wrong);
    last_time_ns_ = sample.time_ns;
    {
      const std::lock_guard lock(mutex_);
      if (ending()) return;
    }
    if (!session_->UpdateArm(update, sample, boundaries_)) {
      return EndWith(
          MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                     "trial events have piled up: no bin has been decoded since the last " +
                         std::to_string(BehaviorInbox::kCapacity)));
    }
    StartRead(request_.Renew());
  }

  /// Writes the latest command if it is news; carries out the end of the stream if that is due.
  void SendLatest() noexcept {
    const std::lock_guard lock(mutex_);
    if (!CanWrite()) return;
    if (commands_begin_ && !commands_end_) {
      const std::uint64_t skipped_before = cursor_.skipped;
      if (const auto published = session_->mailbox().TakeNewer(&cursor_)) {
        session_->CountSkippedCommands(cursor_.skipped - skipped_before);
        WriteCommand(*published, session_->settings().shape.num_dimensions, cursor_.skipped,
                     response_.mutable_command());
        return Write();
      }
    }
    FinishIfIdle();
  }

  void Refuse(const Violation& violation) { EndWith(InvalidArgument({violation})); }

  void EndWith(const grpc::Status& status) {
    Leave();
    const std::lock_guard lock(mutex_);
    commands_end_ = true;
    SetEnding(status);
    FinishIfIdle();
  }

  void Leave() {
    std::shared_ptr<Session> session;
    {
      const std::lock_guard lock(mutex_);
      session = session_;
    }
    if (!session) return;
    session->mailbox().Unsubscribe(this);
    session->LeaveArm(this);
  }

  ServiceContext* context_;
  std::shared_ptr<Session>
      session_;  // set once, by HandleOpen, with mutex_: OnCancel looks at it too
  TimeNs last_time_ns_ = 0;
  ReusedRequest<Request, 4 << 10> request_;
  std::vector<TrialBoundary> boundaries_;
  CommandCursor cursor_;         // with mutex_
  bool commands_begin_ = false;  // with mutex_: `opened` has been written
  bool commands_end_ = false;    // with mutex_
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* ArmService::StreamArm(
    grpc::CallbackServerContext* call) {
  auto stream = std::make_shared<ArmStream>(context_, call);
  stream->Begin();
  context_->streams->Add(stream);
  return stream.get();
}

}  // namespace efferent
