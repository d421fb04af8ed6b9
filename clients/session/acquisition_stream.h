#pragma once

#include <memory>
#include <optional>

#include "clients/session/bidi_call.h"
#include "clients/session/server_connection.h"
#include "efferent/v1/acquisition.grpc.pb.h"

namespace efferent {

/// Spikes out, acknowledgements in. One thread may write while another reads.
class AcquisitionStream {
 public:
  /// Opens, as this process' client, and waits for the server's answer.
  /// @throws RpcError (NOT_FOUND: no such session; UNAVAILABLE: no server; FAILED_PRECONDITION: another client
  /// streams to it).
  AcquisitionStream(const ServerConnection& connection, const v1::AcquisitionOpen& open);

  /// Where the session stands: the next chunk has `applied_sequence_number` + 1.
  const v1::AcquisitionOpened& opened() const { return opened_; }

  /// Chunks up to this number outlive the server, as far as it has said so; nothing: it records none.
  std::optional<std::uint64_t> durable_sequence_number() const { return durable_; }

  /// Sends one chunk. False: the stream is over, see Finish.
  bool WriteChunk(const v1::AcquisitionChunk& chunk);
  /// Waits for the next acknowledgement. Nothing: the stream is over, see Finish.
  std::optional<v1::AcquisitionAck> ReadAck();
  /// No more chunks will come; acknowledgements still do.
  void WritesDone() { call_->WritesDone(); }
  /// How it ended: OK if either this side has ended it, or the session has been ended. Call when reading and writing
  /// are over.
  grpc::Status Finish() { return call_->Finish(); }
  /// Ends it at once; from any thread.
  void Cancel() { call_->Cancel(); }

 private:
  using Call = internal::BidiCall<v1::StreamAcquisitionRequest, v1::StreamAcquisitionResponse>;

  std::unique_ptr<v1::AcquisitionService::Stub> stub_;
  v1::AcquisitionOpened opened_;
  std::optional<std::uint64_t> durable_;    // The reader's.
  v1::StreamAcquisitionRequest request_;    // The writer's; kept for its memory.
  v1::StreamAcquisitionResponse response_;  // The reader's.
  std::unique_ptr<Call> call_;
};

}  // namespace efferent
