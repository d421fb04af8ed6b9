#pragma once

#include <memory>
#include <optional>
#include <string>

#include "clients/session/server_connection.h"
#include "clients/session/stop_flag.h"
#include "efferent/v1/decoder.grpc.pb.h"

namespace efferent {

/// Changes the decoders of a running session; each change returns the session as it will be from the
/// next bin on. Calls block, at most 10 s each unless told otherwise, and throw RpcError. Thread-safe.
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

  /// A decoder with all that it has learnt; a session that runs is waited for until it has saved its state.
  /// Nothing if a stop is requested meanwhile.
  std::optional<v1::DecoderFile> Export(const v1::ExportDecoderRequest& request, StopFlag& stop);
  /// Takes such a decoder in; at most a minute. `shadow` empty: it drives.
  v1::Session Import(const std::string& session_id, const v1::DecoderFile& file,
                     const std::string& shadow, bool frozen);

 private:
  std::unique_ptr<v1::DecoderService::Stub> stub_;
};

}  // namespace efferent
