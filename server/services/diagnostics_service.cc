#include "server/services/diagnostics_service.h"

#include <memory>
#include <string>

#include "server/services/error_status.h"
#include "server/services/outbound_stream.h"

namespace efferent {
namespace {

constexpr std::size_t kMaxPayloadBytes = 1 << 20;

/// Read, write, read, ...
class EchoStream final
    : public OutboundStream<grpc::ServerBidiReactor<v1::EchoRequest, v1::EchoResponse>,
                            v1::EchoResponse, ServerStream> {
 public:
  EchoStream(ServiceContext* context, grpc::CallbackServerContext* call)
      : OutboundStream(call), context_(context) {}

  void Begin() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    if (!ok) {
      SetEnding(grpc::Status::OK);
    } else if (request_.payload().size() > kMaxPayloadBytes) {
      SetEnding(InvalidArgument(
          {{"payload", "has " + std::to_string(request_.payload().size()) + " bytes, at most " +
                           std::to_string(kMaxPayloadBytes) + " are sent back"}}));
    } else if (!ending()) {
      response_.mutable_payload()->swap(*request_.mutable_payload());
      return Write();
    }
    FinishIfIdle();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    WriteDone();
    if (!ok) SetEnding(grpc::Status::CANCELLED);
    if (ending()) return FinishIfIdle();
    StartRead(&request_);
  }

  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    SetEnding(grpc::Status::CANCELLED);
    FinishIfIdle();
  }

  void OnDone() override { context_->streams->Remove(this); }

  void End(StreamEnd reason) noexcept override {
    const std::lock_guard lock(mutex_);
    SetEnding(EndStatus(reason));
    FinishIfIdle();
  }

 private:
  ServiceContext* context_;
  v1::EchoRequest request_;
};

}  // namespace

grpc::ServerBidiReactor<v1::EchoRequest, v1::EchoResponse>* DiagnosticsService::Echo(
    grpc::CallbackServerContext* call) {
  auto stream = std::make_shared<EchoStream>(context_, call);
  stream->Begin();
  context_->streams->Add(stream);
  return stream.get();
}

}  // namespace efferent
