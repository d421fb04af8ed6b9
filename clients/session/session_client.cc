#include "clients/session/session_client.h"

#include "clients/session/unary_call.h"

namespace efferent {
namespace {

using internal::UnaryCall;

std::string Named(const std::string& doing, const std::string& session_id) {
  return session_id.empty() ? doing : doing + " `" + session_id + "`";
}

}  // namespace

SessionClient::SessionClient(const ServerConnection& connection)
    : stub_(v1::SessionService::NewStub(connection.grpc_channel())) {}

v1::Session SessionClient::Create(const std::string& session_id, const v1::SessionConfig& config,
                                  bool replace_idle) {
  v1::CreateSessionRequest request;
  request.set_session_id(session_id);
  *request.mutable_config() = config;
  request.set_replace_idle(replace_idle);
  return UnaryCall(*stub_, &v1::SessionService::Stub::CreateSession, request,
                   Named("cannot create session", session_id))
      .session();
}

v1::Session SessionClient::Get(const std::string& session_id) {
  v1::GetSessionRequest request;
  request.set_session_id(session_id);
  return UnaryCall(*stub_, &v1::SessionService::Stub::GetSession, request,
                   Named("cannot show session", session_id))
      .session();
}

v1::ListSessionsResponse SessionClient::List(std::chrono::milliseconds timeout) {
  v1::ListSessionsResponse all;
  v1::ListSessionsRequest request;
  do {
    auto page = UnaryCall(*stub_, &v1::SessionService::Stub::ListSessions, request,
                          "cannot list sessions", timeout);
    all.mutable_sessions()->MergeFrom(page.sessions());
    *all.mutable_load() = page.load();
    all.set_recording_problem(page.recording_problem());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

v1::Session SessionClient::End(const std::string& session_id) {
  v1::EndSessionRequest request;
  request.set_session_id(session_id);
  return UnaryCall(*stub_, &v1::SessionService::Stub::EndSession, request,
                   Named("cannot end session", session_id))
      .session();
}

void SessionClient::SetLearning(const std::string& session_id, bool enabled) {
  v1::SetLearningRequest request;
  request.set_session_id(session_id);
  request.set_enabled(enabled);
  UnaryCall(*stub_, &v1::SessionService::Stub::SetLearning, request,
            Named("cannot change learning of session", session_id));
}

}  // namespace efferent
