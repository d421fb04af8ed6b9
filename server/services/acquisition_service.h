#pragma once

#include "efferent/v1/acquisition.grpc.pb.h"
#include "server/services/service_context.h"

namespace efferent {

/// Takes in spikes; see proto/efferent/v1/acquisition.proto.
class AcquisitionService final : public v1::AcquisitionService::CallbackService {
 public:
  explicit AcquisitionService(ServiceContext* context) : context_(context) {}

  grpc::ServerBidiReactor<v1::StreamAcquisitionRequest, v1::StreamAcquisitionResponse>*
  StreamAcquisition(grpc::CallbackServerContext* call) override;

 private:
  ServiceContext* context_;
};

}  // namespace efferent
