#include "clients/session/decoder_client.h"

#include "clients/session/unary_call.h"

namespace efferent {
namespace {

using internal::UnaryCall;

constexpr std::size_t kPieceBytes = 1 << 20;
constexpr std::chrono::minutes kImportTimeout{1};

std::string OfSession(const std::string& doing, const std::string& session_id) {
  return doing + " of session `" + session_id + "`";
}

}  // namespace

DecoderClient::DecoderClient(const ServerConnection& connection)
    : stub_(v1::DecoderService::NewStub(connection.grpc_channel())) {}

v1::Session DecoderClient::Swap(const std::string& session_id, const v1::DecoderConfig& decoder) {
  v1::SwapDecoderRequest request;
  request.set_session_id(session_id);
  *request.mutable_decoder() = decoder;
  return UnaryCall(*stub_, &v1::DecoderService::Stub::SwapDecoder, request,
                   OfSession("cannot swap the decoder", session_id))
      .session();
}

v1::Session DecoderClient::AddShadow(const std::string& session_id, const std::string& name,
                                     const std::optional<v1::DecoderConfig>& decoder, bool frozen) {
  v1::AddShadowRequest request;
  request.set_session_id(session_id);
  request.set_name(name);
  request.set_frozen(frozen);
  if (decoder) *request.mutable_decoder() = *decoder;
  return UnaryCall(*stub_, &v1::DecoderService::Stub::AddShadow, request,
                   OfSession("cannot add shadow `" + name + "`", session_id))
      .session();
}

v1::Session DecoderClient::RemoveShadow(const std::string& session_id, const std::string& name) {
  v1::RemoveShadowRequest request;
  request.set_session_id(session_id);
  request.set_name(name);
  return UnaryCall(*stub_, &v1::DecoderService::Stub::RemoveShadow, request,
                   OfSession("cannot remove shadow `" + name + "`", session_id))
      .session();
}

v1::Session DecoderClient::PromoteShadow(const std::string& session_id, const std::string& name) {
  v1::PromoteShadowRequest request;
  request.set_session_id(session_id);
  request.set_name(name);
  return UnaryCall(*stub_, &v1::DecoderService::Stub::PromoteShadow, request,
                   OfSession("cannot promote shadow `" + name + "`", session_id))
      .session();
}

std::optional<v1::DecoderFile> DecoderClient::Export(const v1::ExportDecoderRequest& request,
                                                     StopFlag& stop) {
  const std::string doing = OfSession("cannot export a decoder", request.recording());
  grpc::ClientContext context;
  const StopFlag::Callback on_stop(stop, [&context] { context.TryCancel(); });
  const auto reader = stub_->ExportDecoder(&context, request);
  v1::DecoderFile file;
  v1::ExportDecoderResponse response;
  while (reader->Read(&response)) {
    if (response.has_decoder()) *file.mutable_decoder() = response.decoder();
    file.mutable_state()->append(response.state_piece());
  }
  const grpc::Status status = reader->Finish();
  if (stop.requested()) return std::nullopt;
  if (!status.ok()) throw RpcError(doing, status);
  return file;
}

v1::Session DecoderClient::Import(const std::string& session_id, const v1::DecoderFile& file,
                                  const std::string& shadow, bool frozen) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kImportTimeout);
  v1::ImportDecoderResponse response;
  const auto writer = stub_->ImportDecoder(&context, &response);
  v1::ImportDecoderRequest request;
  v1::ImportDecoderStart* start = request.mutable_start();
  start->set_session_id(session_id);
  *start->mutable_decoder() = file.decoder();
  start->set_shadow(shadow);
  start->set_frozen(frozen);
  // A server that refuses stops reading, and says why at the end.
  bool is_read = writer->Write(request);
  for (std::size_t sent = 0; is_read && sent < file.state().size(); sent += kPieceBytes) {
    request.set_state_piece(file.state().substr(sent, kPieceBytes));
    is_read = writer->Write(request);
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok())
    throw RpcError("cannot import the decoder into session `" + session_id + "`", status);
  return response.session();
}

}  // namespace efferent
