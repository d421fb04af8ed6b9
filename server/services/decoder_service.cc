#include "server/services/decoder_service.h"

#include <memory>
#include <string>
#include <utility>

#include "server/services/decoder_export.h"
#include "server/services/decoder_import.h"
#include "server/services/decoder_status.h"
#include "server/services/error_status.h"
#include "server/services/slow_call.h"

namespace efferent {

template <class Request, class Response, class Change>
grpc::ServerUnaryReactor* DecoderService::Carry(const Request* request, Response* response,
                                                Change&& change) {
  return SlowCall::Begin(
      context_, [this, request, response, change = std::forward<Change>(change)](SlowCall* call) {
        const auto session = context_->sessions->Find(request->session_id());
        if (!session) return UnknownSession(request->session_id());
        const grpc::Status status = change(session.get(), call->given_up());
        if (status.ok()) *response->mutable_session() = session->Describe();
        return status;
      });
}

grpc::ServerUnaryReactor* DecoderService::SwapDecoder(grpc::CallbackServerContext*,
                                                      const v1::SwapDecoderRequest* request,
                                                      v1::SwapDecoderResponse* response) {
  return Carry(request, response, [request](Session* session, const GivenUp& given_up) {
    if (request->decoder().decoder_case() == v1::DecoderConfig::DECODER_NOT_SET) {
      return InvalidArgument({{"decoder", "is not set: which decoder is to drive"}});
    }
    return ToStatus(session->SwapDecoder(request->decoder(), given_up), "");
  });
}

grpc::ServerUnaryReactor* DecoderService::AddShadow(grpc::CallbackServerContext*,
                                                    const v1::AddShadowRequest* request,
                                                    v1::AddShadowResponse* response) {
  return Carry(request, response, [request](Session* session, const GivenUp& given_up) {
    const v1::DecoderConfig* config = request->has_decoder() ? &request->decoder() : nullptr;
    return ToStatus(session->AddShadow(request->name(), config, request->frozen(), given_up),
                    request->name());
  });
}

grpc::ServerUnaryReactor* DecoderService::RemoveShadow(grpc::CallbackServerContext*,
                                                       const v1::RemoveShadowRequest* request,
                                                       v1::RemoveShadowResponse* response) {
  return Carry(request, response, [request](Session* session, const GivenUp&) {
    return ToStatus(session->RemoveShadow(request->name()), request->name());
  });
}

grpc::ServerUnaryReactor* DecoderService::PromoteShadow(grpc::CallbackServerContext*,
                                                        const v1::PromoteShadowRequest* request,
                                                        v1::PromoteShadowResponse* response) {
  return Carry(request, response, [request](Session* session, const GivenUp& given_up) {
    return ToStatus(session->PromoteShadow(request->name(), given_up), request->name());
  });
}

grpc::ServerWriteReactor<v1::ExportDecoderResponse>* DecoderService::ExportDecoder(
    grpc::CallbackServerContext* call, const v1::ExportDecoderRequest* request) {
  auto stream = std::make_shared<DecoderExport>(context_, call, *request);
  context_->streams->Add(stream);
  stream->Begin();
  return stream.get();
}

grpc::ServerReadReactor<v1::ImportDecoderRequest>* DecoderService::ImportDecoder(
    grpc::CallbackServerContext*, v1::ImportDecoderResponse* response) {
  auto stream = std::make_shared<DecoderImport>(context_, &num_imports_, response);
  context_->streams->Add(stream);
  stream->Begin();
  return stream.get();
}

}  // namespace efferent
