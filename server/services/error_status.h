#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <optional>
#include <string>
#include <vector>

#include "decoder/parameters.h"

namespace efferent {

/// A status whose details are an ErrorStatus (proto/efferent/v1/error.proto), with the violations as FieldViolations and
/// as google.rpc.BadRequest; they are in the text too.
grpc::Status MakeStatus(grpc::StatusCode code, const std::string& message,
                        const std::vector<Violation>& violations = {});

/// The same with one more detail, a google.rpc message that says more than the text.
grpc::Status WithDetail(const grpc::Status& status, const google::protobuf::Message& detail);

/// INVALID_ARGUMENT naming every violation.
grpc::Status InvalidArgument(const std::vector<Violation>& violations);

/// NOT_FOUND, saying what to do.
grpc::Status UnknownSession(const std::string& session_id);

/// RESOURCE_EXHAUSTED for a moment: the call may be tried again after `retry_after_s`.
grpc::Status TryAgain(const std::string& message, int retry_after_s);

/// FAILED_PRECONDITION: another client `does` something with the session, for example "streams to".
grpc::Status AnotherClient(const std::string& session_id, const std::string& does);

/// What is wrong with the `client_id` of a stream's first message.
std::optional<Violation> CheckClientId(const std::string& client_id);

/// For ResourceInfo.
inline constexpr const char* kSessionResource = "efferent.v1.Session";
inline constexpr const char* kRecordingResource = "efferent.v1.Recording";

/// `status` with a ResourceInfo.
grpc::Status AboutResource(const grpc::Status& status, const char* type, const std::string& name,
                           const std::string& description);

}  // namespace efferent
