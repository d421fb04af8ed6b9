#pragma once

#include "efferent/v1/diagnostics.grpc.pb.h"
#include "server/services/service_context.h"

namespace efferent {

/// A bare echo; see proto/efferent/v1/diagnostics.proto.
class DiagnosticsService final : public v1::DiagnosticsService::CallbackService {
 public:
  explicit DiagnosticsService(ServiceContext* context) : context_(context) {}

  grpc::ServerBidiReactor<v1::EchoRequest, v1::EchoResponse>* Echo(
      grpc::CallbackServerContext* call) override;

 private:
  ServiceContext* context_;
};

}  // namespace efferent
