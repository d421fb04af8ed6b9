#pragma once

#include <memory>
#include <optional>
#include <string>

#include "clients/session/bidi_call.h"
#include "clients/session/server_connection.h"
#include "efferent/v1/arm.grpc.pb.h"

namespace efferent {

/// Arm state out, commands in. One thread may write while another reads. No safety device: an arm
/// client stops by itself when commands cease, whatever the stream says.
class ArmStream {
 public:
  /// Opens, as this process' client, and waits for the server's answer. `take_over`: even from another client.
  /// @throws RpcError (NOT_FOUND: no such session; UNAVAILABLE: no server; FAILED_PRECONDITION: another client drives
  /// its arm).
  ArmStream(const ServerConnection& connection, const std::string& session_id,
            bool take_over = false);

  const v1::ArmOpened& opened() const { return opened_; }

  /// Sends the arm's state. False: the stream is over, see Finish.
  bool SendUpdate(const v1::ArmUpdate& update);
  /// Waits for the next command. Nothing: the stream is over, see Finish.
  std::optional<v1::Command> ReadCommand();
  /// No more updates will come; commands still do.
  void WritesDone() { call_->WritesDone(); }
  /// How it ended: OK if either this side has ended it, or the session has been ended. Call when reading and writing
  /// are over.
  grpc::Status Finish() { return call_->Finish(); }
  /// Ends it at once; from any thread.
  void Cancel() { call_->Cancel(); }

 private:
  using Call = internal::BidiCall<v1::StreamArmRequest, v1::StreamArmResponse>;

  std::unique_ptr<v1::ArmService::Stub> stub_;
  v1::ArmOpened opened_;
  v1::StreamArmRequest request_;    // The writer's; kept for its memory.
  v1::StreamArmResponse response_;  // The reader's.
  std::unique_ptr<Call> call_;
};

}  // namespace efferent
