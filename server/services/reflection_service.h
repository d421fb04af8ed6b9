#pragma once

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"

namespace efferent {

/// Describes services: gRPC's reflection, version 1, beside the library's, which is of version 1alpha.
class ReflectionService final : public grpc::reflection::v1::ServerReflection::CallbackService {
 public:
  /// `services`: full names of what the server offers beside this.
  explicit ReflectionService(std::vector<std::string> services);

  grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest,
                          grpc::reflection::v1::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* call) override;

 private:
  std::vector<std::string> services_;
};

}  // namespace efferent
