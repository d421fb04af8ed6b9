#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/async_stream.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "clients/load/completion_thread.h"

namespace efferent::load {

/// A bidirectional call that needs no thread of its own. Whenever it may write, it asks for the next
/// message; with nothing to be written it rests until Pull. Nothing is queued here, so a slow
/// server costs no memory. Thread-safe.
template <class Request, class Response>
class PullStream final {
 public:
  using Call = std::unique_ptr<grpc::ClientAsyncReaderWriter<Request, Response>>;
  /// Prepares the call, as `stub->PrepareAsyncMethod(context, queue)` does.
  using Prepare = std::function<Call(grpc::ClientContext*, grpc::CompletionQueue*)>;
  /// Writes the next message; false: there is none at present. One call at a time.
  using Next = std::function<bool(Request*)>;
  /// Takes an answer; one call at a time. The first comes when the server has attached the stream.
  using Receive = std::function<void(const Response&)>;

  /// `thread` outlives the stream.
  PullStream(CompletionThread* thread, const Prepare& prepare, Request open, Next next,
             Receive receive)
      : next_(std::move(next)), receive_(std::move(receive)), request_(std::move(open)) {
    const std::lock_guard lock(mutex_);
    call_ = prepare(&context_, thread->queue());
    writing_ = reading_ = true;
    call_->StartCall(&started_);
  }
  ~PullStream() {
    context_.TryCancel();
    AwaitEnd(std::chrono::hours(24));
  }
  PullStream(const PullStream&) = delete;
  PullStream& operator=(const PullStream&) = delete;

  /// There may be something to be written.
  void Pull() {
    const std::lock_guard lock(mutex_);
    WriteNext();
  }

  /// Closes the sending side as soon as there is nothing to be written.
  void Close() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    WriteNext();
  }

  /// Whether the call is over.
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  /// Waits for the first answer. Returns how the call ended if it came to that.
  std::optional<grpc::Status> AwaitAttached(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return attached_ || ended_; });
    if (ended_) return status_;
    if (!attached_) return grpc::Status(grpc::DEADLINE_EXCEEDED, "no answer in time");
    return std::nullopt;
  }
  /// Waits until the call is over; nothing: it still is not.
  std::optional<grpc::Status> AwaitEnd(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return ended_; });
    return ended_ ? std::optional(status_) : std::nullopt;
  }

 private:
  /// An operation of this call.
  class Operation final : public Completion {
   public:
    Operation(PullStream* stream, void (PullStream::*then)(bool)) : stream_(stream), then_(then) {}
    void Complete(bool ok) override { (stream_->*then_)(ok); }

   private:
    PullStream* stream_;
    void (PullStream::*then_)(bool);
  };

  void OnStarted(bool ok) {
    const std::lock_guard lock(mutex_);
    if (ok) {
      call_->Read(&response_, &read_);
      call_->Write(request_, &written_);
    } else {
      writing_ = reading_ = false;
      FinishIfIdle();
    }
  }
  void OnWritten(bool ok) {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) closed_ = true;  // reads end too
    WriteNext();
    FinishIfIdle();
  }
  void OnRead(bool ok) {
    if (ok) receive_(response_);
    const std::lock_guard lock(mutex_);
    if (ok) {
      if (!std::exchange(attached_, true)) changed_.notify_all();
      return call_->Read(&response_, &read_);
    }
    reading_ = false;
    closed_ = true;
    FinishIfIdle();
  }
  void OnFinished(bool /*ok*/) {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  void WriteNext() {
    if (writing_ || closed_) return;
    if (next_(&request_)) {
      writing_ = true;
      call_->Write(request_, &written_);
    } else if (closing_) {
      closed_ = writing_ = true;
      call_->WritesDone(&written_);
    }
  }
  void FinishIfIdle() {
    if (!reading_ && !writing_) call_->Finish(&status_, &finished_);
  }

  Next next_;
  Receive receive_;
  grpc::ClientContext context_;
  Request request_;
  Response response_;
  grpc::Status status_;
  Operation started_{this, &PullStream::OnStarted}, written_{this, &PullStream::OnWritten},
      read_{this, &PullStream::OnRead}, finished_{this, &PullStream::OnFinished};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Call call_;
  bool writing_ = false, reading_ = false;
  bool closing_ = false;  // asked to
  bool closed_ = false;   // nothing is written any more
  bool attached_ = false, ended_ = false;
};

}  // namespace efferent::load
