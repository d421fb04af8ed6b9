#pragma once

#include "efferent/v1/arm.grpc.pb.h"
#include "server/services/service_context.h"

namespace efferent {

/// Drives arms; see proto/efferent/v1/arm.proto.
class ArmService final : public v1::ArmService::CallbackService {
 public:
  explicit ArmService(ServiceContext* context) : context_(context) {}

  grpc::ServerBidiReactor<v1::StreamArmRequest, v1::StreamArmResponse>* StreamArm(
      grpc::CallbackServerContext* call) override;

 private:
  ServiceContext* context_;
};

}  // namespace efferent
