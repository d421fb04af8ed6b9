#include "clients/session/decoder_client.h"

#include "clients/session/unary_call.h"

namespace efferent {
namespace {

using internal::UnaryCall;

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

}  // namespace efferent
