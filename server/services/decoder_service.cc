#include "server/services/decoder_service.h"

#include <memory>
#include <string>
#include <utility>

#include "server/services/error_status.h"

namespace efferent {
namespace {

using Outcome = SessionDecoders::Outcome;
using Status = SessionDecoders::Status;

/// `name`: of the shadow that the call was about.
grpc::Status ToStatus(const Outcome& outcome, const std::string& name) {
  switch (outcome.status) {
    case Status::kDone:
      break;
    case Status::kInvalid:
      return InvalidArgument(outcome.violations);
    case Status::kUnknownName:
      return MakeStatus(
          grpc::StatusCode::NOT_FOUND,
          "there is no shadow `" + name + "`; GetSession lists the session's decoders",
          {{"name", "is unknown"}});
    case Status::kNameInUse:
      return MakeStatus(grpc::StatusCode::ALREADY_EXISTS,
                        "shadow `" + name + "` exists; remove it, or choose another name",
                        {{"name", "is in use"}});
    case Status::kFull:
      return MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        "a session has at most " + std::to_string(Shadows::kMax) +
                            " shadows, and at most " +
                            std::to_string(ControlLoop::kMaxWaitingChanges) +
                            " changes wait for the next bin; remove a shadow, or let bins come");
  }
  return grpc::Status::OK;
}

}  // namespace

template <class Request, class Response, class Change>
grpc::ServerUnaryReactor* DecoderService::Carry(grpc::CallbackServerContext* call,
                                                const Request* request, Response* response,
                                                Change&& change) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  context_->workers->PostControl(
      [this, reactor, request, response, change = std::forward<Change>(change)] {
        const auto session = context_->sessions->Find(request->session_id());
        if (!session) return reactor->Finish(UnknownSession(request->session_id()));
        const grpc::Status status = change(session.get());
        if (status.ok()) *response->mutable_session() = session->Describe();
        reactor->Finish(status);
      });
  return reactor;
}

grpc::ServerUnaryReactor* DecoderService::SwapDecoder(grpc::CallbackServerContext* call,
                                                      const v1::SwapDecoderRequest* request,
                                                      v1::SwapDecoderResponse* response) {
  return Carry(call, request, response, [request](Session* session) {
    if (request->decoder().decoder_case() == v1::DecoderConfig::DECODER_NOT_SET) {
      return InvalidArgument({{"decoder", "is not set: which decoder is to drive"}});
    }
    return ToStatus(session->SwapDecoder(request->decoder()), "");
  });
}

grpc::ServerUnaryReactor* DecoderService::AddShadow(grpc::CallbackServerContext* call,
                                                    const v1::AddShadowRequest* request,
                                                    v1::AddShadowResponse* response) {
  return Carry(call, request, response, [request](Session* session) {
    const v1::DecoderConfig* config = request->has_decoder() ? &request->decoder() : nullptr;
    return ToStatus(session->AddShadow(request->name(), config, request->frozen()),
                    request->name());
  });
}

grpc::ServerUnaryReactor* DecoderService::RemoveShadow(grpc::CallbackServerContext* call,
                                                       const v1::RemoveShadowRequest* request,
                                                       v1::RemoveShadowResponse* response) {
  return Carry(call, request, response, [request](Session* session) {
    return ToStatus(session->RemoveShadow(request->name()), request->name());
  });
}

grpc::ServerUnaryReactor* DecoderService::PromoteShadow(grpc::CallbackServerContext* call,
                                                        const v1::PromoteShadowRequest* request,
                                                        v1::PromoteShadowResponse* response) {
  return Carry(call, request, response, [request](Session* session) {
    return ToStatus(session->PromoteShadow(request->name()), request->name());
  });
}

}  // namespace efferent
