#include "clients/session/session_client.h"

#include <grpcpp/client_context.h>

#include <chrono>

#include "clients/session/errors.h"

namespace efferent {
namespace {

constexpr std::chrono::seconds kCallTimeout{10};

// Calls one method of the stub with a deadline; `doing` begins the message of the error.
template <class Request, class Response>
Response Call(v1::SessionService::Stub& stub,
              grpc::Status (v1::SessionService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
              const Request& request, const std::string& doing) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) throw RpcError(doing, status);
  return response;
}

std::string Named(const std::string& doing, const std::string& session_id) {
  return session_id.empty() ? doing : doing + " `" + session_id + "`";
}

}  // namespace

SessionClient::SessionClient(const ServerConnection& connection)
    : stub_(v1::SessionService::NewStub(connection.grpc_channel())) {}

v1::Session SessionClient::Create(const std::string& session_id, const v1::SessionConfig& config) {
  v1::CreateSessionRequest request;
  request.set_session_id(session_id);
  *request.mutable_config() = config;
  return Call(*stub_, &v1::SessionService::Stub::CreateSession, request,
              Named("cannot create session", session_id))
      .session();
}

v1::Session SessionClient::Get(const std::string& session_id) {
  v1::GetSessionRequest request;
  request.set_session_id(session_id);
  return Call(*stub_, &v1::SessionService::Stub::GetSession, request,
              Named("cannot show session", session_id))
      .session();
}

v1::Session SessionClient::End(const std::string& session_id) {
  v1::EndSessionRequest request;
  request.set_session_id(session_id);
  return Call(*stub_, &v1::SessionService::Stub::EndSession, request,
              Named("cannot end session", session_id))
      .session();
}

void SessionClient::SetLearning(const std::string& session_id, bool enabled) {
  v1::SetLearningRequest request;
  request.set_session_id(session_id);
  request.set_enabled(enabled);
  Call(*stub_, &v1::SessionService::Stub::SetLearning, request,
       Named("cannot change learning of session", session_id));
}

}  // namespace efferent
