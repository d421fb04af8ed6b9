#pragma once

#include "efferent/v1/recording.grpc.pb.h"
#include "server/services/service_context.h"

namespace efferent {

/// Looks into recordings; see proto/efferent/v1/recording.proto.
class RecordingService final : public v1::RecordingService::CallbackService {
 public:
  explicit RecordingService(ServiceContext* context) : context_(context) {}

  grpc::ServerUnaryReactor* ListRecordings(grpc::CallbackServerContext* call,
                                           const v1::ListRecordingsRequest* request,
                                           v1::ListRecordingsResponse* response) override;
  grpc::ServerUnaryReactor* GetRecording(grpc::CallbackServerContext* call,
                                         const v1::GetRecordingRequest* request,
                                         v1::GetRecordingResponse* response) override;
  grpc::ServerWriteReactor<v1::ReadRecordingResponse>* ReadRecording(
      grpc::CallbackServerContext* call, const v1::ReadRecordingRequest* request) override;
  grpc::ServerWriteReactor<v1::VerifyRecordingResponse>* VerifyRecording(
      grpc::CallbackServerContext* call, const v1::VerifyRecordingRequest* request) override;
  grpc::ServerUnaryReactor* EraseRecording(grpc::CallbackServerContext* call,
                                           const v1::EraseRecordingRequest* request,
                                           v1::EraseRecordingResponse* response) override;

 private:
  /// Answers on the archive's thread with what `answer` makes of it.
  template <class Answer>
  grpc::ServerUnaryReactor* Carry(grpc::CallbackServerContext* call, Answer&& answer);

  ServiceContext* context_;
};

}  // namespace efferent
