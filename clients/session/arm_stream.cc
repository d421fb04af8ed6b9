#include "clients/session/arm_stream.h"

#include "clients/session/client_id.h"

namespace efferent {

ArmStream::ArmStream(const ServerConnection& connection, const std::string& session_id,
                     bool take_over)
    : stub_(v1::ArmService::NewStub(connection.grpc_channel())) {
  request_.mutable_open()->set_session_id(session_id);
  request_.mutable_open()->set_client_id(ProcessClientId());
  request_.mutable_open()->set_take_over(take_over);
  call_ = std::make_unique<Call>(
      [this](grpc::ClientContext* context) { return stub_->StreamArm(context); }, request_,
      "cannot attach the arm to session `" + session_id + "`", &response_);
  opened_ = response_.opened();
}

bool ArmStream::SendUpdate(const v1::ArmUpdate& update) {
  *request_.mutable_update() = update;
  return call_->Write(request_);
}

std::optional<v1::Command> ArmStream::ReadCommand() {
  if (!call_->Read(&response_)) return std::nullopt;
  return std::move(*response_.mutable_command());
}

}  // namespace efferent
