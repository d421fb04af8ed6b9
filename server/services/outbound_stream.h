#pragma once

#include <grpcpp/support/server_callback.h>

#include <mutex>
#include <optional>
#include <utility>

#include "server/loop/monotonic_clock.h"
#include "server/loop/streams.h"
#include "server/services/error_status.h"

namespace efferent {

/// What a stream that the server ends says to its client: OK with the end of its session.
inline grpc::Status EndStatus(StreamEnd reason) {
  switch (reason) {
    case StreamEnd::kTakenOver:
      return MakeStatus(grpc::StatusCode::ABORTED, "a newer stream took over this session");
    case StreamEnd::kServerShutdown:
      return MakeStatus(grpc::StatusCode::UNAVAILABLE, "server is shutting down");
    case StreamEnd::kSessionEnded:
      break;
  }
  return grpc::Status::OK;
}

/// The writing side of a callback reactor: at most one write at a time, one Finish, and that only
/// after the write. `Role`: what the stream is to the server, a ServerStream. All protected members
/// must be called with `mutex_` held, which is never held across anything slower than handing a message
/// to the transport.
template <class Reactor, class Response, class Role>
class OutboundStream : public Reactor, public Role {
 public:
  /// What was not written so long after the end is never going to be.
  static constexpr std::int64_t kStuckAfterNs = 2'000'000'000;

  explicit OutboundStream(grpc::CallbackServerContext* call) : call_(call) {}

  void CutIfStuck(std::int64_t now_ns) noexcept final {
    const std::lock_guard lock(mutex_);
    if (ending_ && !finished_ && now_ns - ending_since_ns_ > kStuckAfterNs) call_->TryCancel();
  }

 protected:
  /// Whether `response_` may be changed and written.
  bool CanWrite() const { return !writing_ && !finished_; }
  bool ending() const { return ending_ || finished_; }

  void Write() {
    writing_ = true;
    this->StartWrite(&response_);
  }
  void WriteDone() { writing_ = false; }

  /// The first status counts. FinishIfIdle carries it out.
  void SetEnding(grpc::Status status) {
    if (ending_) return;
    ending_ = std::move(status);
    ending_since_ns_ = MonotonicNowNs();
  }
  void FinishIfIdle() {
    if (!ending_ || !CanWrite()) return;
    finished_ = true;
    this->Finish(*ending_);
  }

  mutable std::mutex mutex_;
  Response response_;

 private:
  grpc::CallbackServerContext* call_;
  bool writing_ = false;
  bool finished_ = false;
  std::optional<grpc::Status> ending_;
  std::int64_t ending_since_ns_ = 0;
};

}  // namespace efferent
