#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <utility>

#include "server/services/service_context.h"

namespace efferent {

/// A unary call whose answer takes a while to make, on a thread for slow work. Knows whether its caller still
/// waits, and undoes what a caller will never hear of. Deletes itself.
class SlowCall final : public grpc::ServerUnaryReactor {
 public:
  /// Calls `answer`(this) on a thread for slow work and ends the call with the status that it returns.
  template <class Answer>
  static SlowCall* Begin(ServiceContext* context, Answer&& answer) {
    auto* call = new SlowCall(context);
    context->workers->PostControl([call, answer = std::forward<Answer>(answer)]() mutable {
      const grpc::Status status = answer(call);
      call->Finish(status);
    });
    return call;
  }

  /// Whether the caller has cancelled the call or its deadline has passed. Thread-safe.
  bool is_given_up() const { return given_up_; }
  GivenUp given_up() const {
    return [this] { return is_given_up(); };
  }
  /// What to do, on a thread for slow work, if the answer does not reach the caller. Before the call ends.
  void UndoWith(std::function<void()> undo) { undo_ = std::move(undo); }

  void OnCancel() override { given_up_ = true; }
  void OnDone() override {
    if (given_up_ && undo_) context_->workers->PostControl(std::move(undo_));
    delete this;
  }

 private:
  explicit SlowCall(ServiceContext* context) : context_(context) {}

  ServiceContext* context_;
  std::atomic<bool> given_up_ = false;
  std::function<void()> undo_;
};

}  // namespace efferent
