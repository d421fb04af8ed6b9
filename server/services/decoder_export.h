#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "efferent/v1/decoder.pb.h"
#include "server/services/open_recording.h"
#include "server/services/produced_stream.h"

namespace efferent {

/// Gives out a decoder, always from a checkpoint that is recorded; of a session that runs, from one that is
/// made for it. See DecoderService.ExportDecoder in proto/efferent/v1/decoder.proto.
class DecoderExport final : public ProducedStream<v1::ExportDecoderResponse> {
 public:
  DecoderExport(ServiceContext* context, grpc::CallbackServerContext* call,
                v1::ExportDecoderRequest request);

 private:
  grpc::Status Produce(v1::ExportDecoderResponse* response, Produced* produced) override;
  /// Decides which checkpoint it will be.
  grpc::Status Choose();
  /// Looks for the checkpoint; nothing if it is still to come.
  grpc::Status Find(std::optional<RecordedCheckpoint>* checkpoint);
  /// Whether it is worth waiting for.
  grpc::Status Await();
  /// Takes the decoder out of it.
  grpc::Status Load(const RecordedCheckpoint& checkpoint, v1::SavedDecoder* saved);

  ServiceContext* context_;
  v1::ExportDecoderRequest request_;
  OpenRecording recording_;
  std::uint64_t checkpoint_number_ = 0;  // 0: the last there is
  std::shared_ptr<Session> session_;     // that the checkpoint is awaited from; null: from none
  TimeNs decoded_until_ns_ = 0;          // of that session, when it was looked at last
  std::chrono::steady_clock::time_point give_up_at_{};
  std::optional<std::string> state_;
  std::size_t num_sent_ = 0;  // bytes of it
};

}  // namespace efferent
