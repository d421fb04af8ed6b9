#pragma once

#include <memory>
#include <optional>
#include <string>

#include "clients/session/server_connection.h"
#include "efferent/v1/decoder.grpc.pb.h"

namespace efferent {

/// Changes the decoders of a running session; each call returns the session as it will be from the
/// next bin on. Calls block, at most 10 s each, and throw RpcError. Thread-safe.
class DecoderClient {
 public:
  explicit DecoderClient(const ServerConnection& connection);

  /// A new driver; what the former one has learnt is gone.
  v1::Session Swap(const std::string& session_id, const v1::DecoderConfig& decoder);
  /// Without a decoder: a twin of the driver. `frozen`: it never learns while it is a shadow.
  v1::Session AddShadow(const std::string& session_id, const std::string& name,
                        const std::optional<v1::DecoderConfig>& decoder, bool frozen);
  v1::Session RemoveShadow(const std::string& session_id, const std::string& name);
  /// The shadow drives, and what drove is the shadow of that name.
  v1::Session PromoteShadow(const std::string& session_id, const std::string& name);

 private:
  std::unique_ptr<v1::DecoderService::Stub> stub_;
};

}  // namespace efferent
