#include "clients/session/session_watch.h"

namespace efferent {

SessionWatch::SessionWatch(const ServerConnection& connection, const std::string& session_id)
    : stub_(v1::SessionService::NewStub(connection.grpc_channel())) {
  v1::WatchSessionRequest request;
  request.set_session_id(session_id);
  reader_ = stub_->WatchSession(&context_, request);
}

SessionWatch::~SessionWatch() {
  context_.TryCancel();
  Finish();
}

std::optional<v1::WatchSessionResponse> SessionWatch::Read() {
  v1::WatchSessionResponse response;
  if (!reader_->Read(&response)) return std::nullopt;
  return response;
}

grpc::Status SessionWatch::Finish() {
  if (!status_) {
    v1::WatchSessionResponse rest;
    while (reader_->Read(&rest)) {
    }
    status_ = reader_->Finish();
  }
  return *status_;
}

}  // namespace efferent
