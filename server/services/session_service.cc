#include "server/services/session_service.h"

#include <memory>
#include <string>

#include "server/services/error_status.h"
#include "server/services/watch_stream.h"

namespace efferent {
namespace {

grpc::ServerUnaryReactor* Reply(grpc::CallbackServerContext* call, const grpc::Status& status) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

}  // namespace

grpc::Status SessionService::Create(const v1::CreateSessionRequest& request, v1::Session* session) {
  using CreateStatus = SessionRegistry::CreateStatus;
  const auto created = context_->sessions->Create(request.session_id(), request.config());
  switch (created.status) {
    case CreateStatus::kCreated:
      *session = created.session->Describe();
      return grpc::Status::OK;
    case CreateStatus::kInvalid:
      return InvalidArgument(created.violations);
    case CreateStatus::kAlreadyExists:
      return MakeStatus(
          grpc::StatusCode::ALREADY_EXISTS,
          "session `" + request.session_id() + "` exists; end it, or choose another id",
          {{"session_id", "is in use"}});
    case CreateStatus::kTooMany:
      return MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        "the server holds " + std::to_string(context_->sessions->max_sessions()) +
                            " sessions, as many as it may (server.max_sessions); end one");
    case CreateStatus::kTooLarge:
      break;
  }
  return MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                    "there is not enough memory for this session; use fewer neurons or channels");
}

grpc::ServerUnaryReactor* SessionService::CreateSession(grpc::CallbackServerContext* call,
                                                        const v1::CreateSessionRequest* request,
                                                        v1::CreateSessionResponse* response) {
  return Reply(call, Create(*request, response->mutable_session()));
}

grpc::ServerUnaryReactor* SessionService::GetSession(grpc::CallbackServerContext* call,
                                                     const v1::GetSessionRequest* request,
                                                     v1::GetSessionResponse* response) {
  const auto session = context_->sessions->Find(request->session_id());
  if (!session) return Reply(call, UnknownSession(request->session_id()));
  *response->mutable_session() = session->Describe();
  return Reply(call, grpc::Status::OK);
}

grpc::ServerUnaryReactor* SessionService::ListSessions(grpc::CallbackServerContext* call,
                                                       const v1::ListSessionsRequest*,
                                                       v1::ListSessionsResponse* response) {
  for (const auto& session : context_->sessions->sessions()) {
    *response->add_sessions() = session->Describe();
  }
  return Reply(call, grpc::Status::OK);
}

grpc::ServerUnaryReactor* SessionService::EndSession(grpc::CallbackServerContext* call,
                                                     const v1::EndSessionRequest* request,
                                                     v1::EndSessionResponse* response) {
  const auto session = context_->sessions->End(request->session_id());
  if (!session) return Reply(call, UnknownSession(request->session_id()));
  *response->mutable_session() = session->Describe();
  return Reply(call, grpc::Status::OK);
}

grpc::ServerUnaryReactor* SessionService::SetLearning(grpc::CallbackServerContext* call,
                                                      const v1::SetLearningRequest* request,
                                                      v1::SetLearningResponse*) {
  const auto session = context_->sessions->Find(request->session_id());
  if (!session) return Reply(call, UnknownSession(request->session_id()));
  session->SetLearning(request->enabled());
  return Reply(call, grpc::Status::OK);
}

grpc::ServerWriteReactor<v1::WatchSessionResponse>* SessionService::WatchSession(
    grpc::CallbackServerContext*, const v1::WatchSessionRequest* request) {
  auto stream = std::make_shared<WatchStream>(context_);
  context_->streams->Add(stream);
  stream->Begin(request->session_id());
  return stream.get();
}

}  // namespace efferent
