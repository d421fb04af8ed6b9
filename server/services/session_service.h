#pragma once

#include "efferent/v1/session.grpc.pb.h"
#include "server/services/service_context.h"

namespace efferent {

/// Creates, shows, steers, follows and ends sessions; see proto/efferent/v1/session.proto.
class SessionService final : public v1::SessionService::CallbackService {
 public:
  explicit SessionService(ServiceContext* context) : context_(context) {}

  grpc::ServerUnaryReactor* CreateSession(grpc::CallbackServerContext* call,
                                          const v1::CreateSessionRequest* request,
                                          v1::CreateSessionResponse* response) override;
  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* call,
                                       const v1::GetSessionRequest* request,
                                       v1::GetSessionResponse* response) override;
  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* call,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response) override;
  grpc::ServerUnaryReactor* EndSession(grpc::CallbackServerContext* call,
                                       const v1::EndSessionRequest* request,
                                       v1::EndSessionResponse* response) override;
  grpc::ServerUnaryReactor* SetLearning(grpc::CallbackServerContext* call,
                                        const v1::SetLearningRequest* request,
                                        v1::SetLearningResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchSessionResponse>* WatchSession(
      grpc::CallbackServerContext* call, const v1::WatchSessionRequest* request) override;

 private:
  ServiceContext* context_;
};

}  // namespace efferent
