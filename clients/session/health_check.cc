#include "clients/session/health_check.h"

#include <grpcpp/client_context.h>

#include "clients/session/unary_call.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace efferent {

bool IsServing(const ServerConnection& connection, std::chrono::milliseconds timeout) {
  namespace health = grpc::health::v1;
  const auto stub = health::Health::NewStub(connection.grpc_channel());
  const auto response =
      internal::UnaryCall(*stub, &health::Health::Stub::Check, health::HealthCheckRequest(),
                          "no health from " + connection.address(), timeout);
  return response.status() == health::HealthCheckResponse::SERVING;
}

}  // namespace efferent
