#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace efferent::load {

/// A bidirectional call that needs no thread of its own. Whenever it may write, it asks for the next
/// message; with nothing to be written it rests until Pull. Nothing is queued here, so a slow
/// server costs no memory. Thread-safe.
template <class Request, class Response>
class PullStream final : private grpc::ClientBidiReactor<Request, Response> {
 public:
  using Reactor = grpc::ClientBidiReactor<Request, Response>;
  /// Starts the call, as `stub->async()->Method(context, reactor)` does.
  using Begin = std::function<void(grpc::ClientContext*, Reactor*)>;
  /// Writes the next message; false: there is none at present. One call at a time.
  using Next = std::function<bool(Request*)>;
  /// Takes an answer; one call at a time. The first comes when the server has attached the stream.
  using Receive = std::function<void(const Response&)>;

  PullStream(const Begin& begin, Request open, Next next, Receive receive)
      : next_(std::move(next)), receive_(std::move(receive)), request_(std::move(open)) {
    begin(&context_, this);
    this->AddHold();  // Writes begin outside of reactions.
    this->StartRead(&response_);
    writing_ = true;
    this->StartWrite(&request_);
    this->StartCall();
  }
  ~PullStream() override {
    context_.TryCancel();
    {
      const std::lock_guard lock(mutex_);
      Release();
    }
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
    return status_.has_value();
  }
  /// Waits for the first answer. Returns how the call ended if it came to that.
  std::optional<grpc::Status> AwaitAttached(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return attached_ || status_; });
    if (!attached_ && !status_) return grpc::Status(grpc::DEADLINE_EXCEEDED, "no answer in time");
    return status_;
  }
  /// Waits until the call is over; nothing: it still is not.
  std::optional<grpc::Status> AwaitEnd(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return status_.has_value(); });
    return status_;
  }

 private:
  void OnReadDone(bool ok) override {
    if (ok) {
      receive_(response_);
      {
        const std::lock_guard lock(mutex_);
        attached_ = true;
        changed_.notify_all();
      }
      return this->StartRead(&response_);
    }
    const std::lock_guard lock(mutex_);
    Release();
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) return Release();
    WriteNext();
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    status_ = status;
    changed_.notify_all();
  }

  void WriteNext() {
    if (writing_ || released_) return;
    if (next_(&request_)) {
      writing_ = true;
      this->StartWrite(&request_);
    } else if (closing_) {
      this->StartWritesDone();
      Release();
    }
  }
  // No more writes will come from outside.
  void Release() {
    if (!std::exchange(released_, true)) this->RemoveHold();
  }

  Next next_;
  Receive receive_;
  grpc::ClientContext context_;
  Request request_;
  Response response_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool writing_ = false, closing_ = false, released_ = false, attached_ = false;
  std::optional<grpc::Status> status_;
};

}  // namespace efferent::load
