#include "clients/session/acquisition_stream.h"

#include "clients/session/client_id.h"

namespace efferent {

AcquisitionStream::AcquisitionStream(const ServerConnection& connection,
                                     const v1::AcquisitionOpen& open)
    : stub_(v1::AcquisitionService::NewStub(connection.grpc_channel())) {
  *request_.mutable_open() = open;
  request_.mutable_open()->set_client_id(ProcessClientId());
  call_ = std::make_unique<Call>(
      [this](grpc::ClientContext* context) { return stub_->StreamAcquisition(context); }, request_,
      "cannot stream to session `" + open.session_id() + "`", &response_);
  opened_ = response_.opened();
  if (opened_.has_durable_sequence_number()) durable_ = opened_.durable_sequence_number();
}

bool AcquisitionStream::WriteChunk(const v1::AcquisitionChunk& chunk) {
  *request_.mutable_chunk() = chunk;
  return call_->Write(request_);
}

std::optional<v1::AcquisitionAck> AcquisitionStream::ReadAck() {
  if (!call_->Read(&response_)) return std::nullopt;
  if (response_.ack().has_durable_sequence_number()) {
    durable_ = response_.ack().durable_sequence_number();
  }
  return std::move(*response_.mutable_ack());
}

}  // namespace efferent
