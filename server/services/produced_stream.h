#pragma once

#include <chrono>
#include <memory>

#include "server/services/outbound_stream.h"
#include "server/services/service_context.h"

namespace efferent {

/// What has been made of a message.
enum class Produced {
  kNothing,  ///< There is none any more: the call ends.
  kMessage,
  kLater,  ///< It is not there yet: ask again in a while.
};

/// A call that answers with many messages, each of which takes a while to make: one after the other on the
/// archive's thread, the next when the one before has been written.
template <class Response>
class ProducedStream
    : public OutboundStream<grpc::ServerWriteReactor<Response>, Response, ServerStream>,
      public std::enable_shared_from_this<ProducedStream<Response>> {
 public:
  ProducedStream(ServiceContext* context, grpc::CallbackServerContext* call)
      : ProducedStream::OutboundStream(call), context_(context) {}

  void Begin() { PostNext(); }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(this->mutex_);
      this->WriteDone();
      if (!ok) this->SetEnding(grpc::Status::CANCELLED);
      this->FinishIfIdle();
      if (this->ending()) return;
    }
    PostNext();
  }
  void OnCancel() override { EndWith(grpc::Status::CANCELLED); }
  void OnDone() override { context_->streams->Remove(this); }
  void End(StreamEnd reason) noexcept override { EndWith(EndStatus(reason)); }

 protected:
  /// Makes the next message in `response`, which is empty, and says so in `produced`, which is kNothing. An
  /// error ends the call. May throw, which is INTERNAL.
  virtual grpc::Status Produce(Response* response, Produced* produced) = 0;

 private:
  static constexpr std::chrono::milliseconds kAskAgainAfter{20};

  void PostNext() {
    context_->workers->PostArchive([self = this->shared_from_this()] { self->Next(); });
  }
  void Next() {
    {
      const std::lock_guard lock(this->mutex_);
      if (this->ending()) return this->FinishIfIdle();
    }
    Produced produced = Produced::kNothing;
    grpc::Status status;
    this->response_.Clear();
    try {
      status = Produce(&this->response_, &produced);
    } catch (const std::exception& error) {
      status = MakeStatus(grpc::StatusCode::INTERNAL, error.what());
    }
    const std::lock_guard lock(this->mutex_);
    if (this->ending()) return this->FinishIfIdle();
    if (status.ok() && produced == Produced::kMessage) return this->Write();
    if (status.ok() && produced == Produced::kLater) {
      return context_->workers->PostArchiveLater(
          kAskAgainAfter, [self = this->shared_from_this()] { self->Next(); });
    }
    this->SetEnding(status);
    this->FinishIfIdle();
  }
  void EndWith(const grpc::Status& status) {
    const std::lock_guard lock(this->mutex_);
    this->SetEnding(status);
    this->FinishIfIdle();
  }

  ServiceContext* context_;
};

}  // namespace efferent
