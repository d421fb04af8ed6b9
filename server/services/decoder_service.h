#pragma once

#include <atomic>

#include "efferent/v1/decoder.grpc.pb.h"
#include "server/services/service_context.h"

namespace efferent {

/// Exchanges the decoders of running sessions; see proto/efferent/v1/decoder.proto.
class DecoderService final : public v1::DecoderService::CallbackService {
 public:
  explicit DecoderService(ServiceContext* context) : context_(context) {}

  grpc::ServerUnaryReactor* SwapDecoder(grpc::CallbackServerContext* call,
                                        const v1::SwapDecoderRequest* request,
                                        v1::SwapDecoderResponse* response) override;
  grpc::ServerUnaryReactor* AddShadow(grpc::CallbackServerContext* call,
                                      const v1::AddShadowRequest* request,
                                      v1::AddShadowResponse* response) override;
  grpc::ServerUnaryReactor* RemoveShadow(grpc::CallbackServerContext* call,
                                         const v1::RemoveShadowRequest* request,
                                         v1::RemoveShadowResponse* response) override;
  grpc::ServerUnaryReactor* PromoteShadow(grpc::CallbackServerContext* call,
                                          const v1::PromoteShadowRequest* request,
                                          v1::PromoteShadowResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportDecoderResponse>* ExportDecoder(
      grpc::CallbackServerContext* call, const v1::ExportDecoderRequest* request) override;
  grpc::ServerReadReactor<v1::ImportDecoderRequest>* ImportDecoder(
      grpc::CallbackServerContext* call, v1::ImportDecoderResponse* response) override;

 private:
  /// Carries out `change`(session, given up) on a thread for slow work, and answers with the session.
  template <class Request, class Response, class Change>
  grpc::ServerUnaryReactor* Carry(const Request* request, Response* response, Change&& change);

  ServiceContext* context_;
  std::atomic<int> num_imports_ = 0;  // under way
};

}  // namespace efferent
