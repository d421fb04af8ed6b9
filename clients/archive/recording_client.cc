#include "clients/archive/recording_client.h"

#include <optional>

#include "clients/session/unary_call.h"

namespace efferent {
namespace {

using internal::UnaryCall;
using Stub = v1::RecordingService::Stub;

// Erasing overwrites what may be gigabytes.
constexpr std::chrono::hours kEraseTimeout{6};

/// Reads a stream to its end. Returns early, with false, if a stop is requested.
template <class Response, class Start>
bool ReadAll(StopFlag& stop, const std::string& doing, Start&& start,
             const std::function<void(const Response&)>& take) {
  grpc::ClientContext context;
  const StopFlag::Callback on_stop(stop, [&context] { context.TryCancel(); });
  const auto reader = start(&context);
  Response response;
  while (reader->Read(&response)) take(response);
  const grpc::Status status = reader->Finish();
  if (stop.requested()) return false;
  if (!status.ok()) throw RpcError(doing, status);
  return true;
}

std::string Quoted(const std::string& name) { return " `" + name + "`"; }

}  // namespace

RecordingClient::RecordingClient(const ServerConnection& connection)
    : stub_(v1::RecordingService::NewStub(connection.grpc_channel())) {}

v1::ListRecordingsResponse RecordingClient::List() {
  v1::ListRecordingsResponse all;
  v1::ListRecordingsRequest request;
  do {
    auto page = UnaryCall(*stub_, &Stub::ListRecordings, request, "cannot list recordings");
    all.mutable_recordings()->MergeFrom(page.recordings());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

v1::GetRecordingResponse RecordingClient::Get(const std::string& name) {
  v1::GetRecordingRequest request;
  request.set_name(name);
  return UnaryCall(*stub_, &Stub::GetRecording, request, "cannot show recording" + Quoted(name));
}

bool RecordingClient::Read(const std::string& name, StopFlag& stop,
                           const std::function<void(const v1::ReadRecordingResponse&)>& take) {
  v1::ReadRecordingRequest request;
  request.set_name(name);
  return ReadAll<v1::ReadRecordingResponse>(
      stop, "cannot read recording" + Quoted(name),
      [&](grpc::ClientContext* context) { return stub_->ReadRecording(context, request); }, take);
}

std::optional<v1::VerificationResult> RecordingClient::Verify(
    const std::string& name, StopFlag& stop,
    const std::function<void(const v1::VerifyRecordingResponse&)>& show) {
  v1::VerifyRecordingRequest request;
  request.set_name(name);
  std::optional<v1::VerificationResult> result;
  const bool whole = ReadAll<v1::VerifyRecordingResponse>(
      stop, "cannot verify recording" + Quoted(name),
      [&](grpc::ClientContext* context) { return stub_->VerifyRecording(context, request); },
      [&](const v1::VerifyRecordingResponse& response) {
        show(response);
        if (response.has_result()) result = response.result();
      });
  return whole ? result : std::nullopt;
}

std::int64_t RecordingClient::Erase(const std::string& name) {
  v1::EraseRecordingRequest request;
  request.set_name(name);
  return UnaryCall(*stub_, &Stub::EraseRecording, request, "cannot erase recording" + Quoted(name),
                   kEraseTimeout)
      .erased_bytes();
}

}  // namespace efferent
