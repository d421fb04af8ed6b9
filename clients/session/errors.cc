#include "clients/session/errors.h"

#include "efferent/v1/error.pb.h"

namespace efferent {

const char* StatusCodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return "OK";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::ABORTED:
      return "ABORTED";
    case grpc::StatusCode::OUT_OF_RANGE:
      return "OUT_OF_RANGE";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::StatusCode::INTERNAL:
      return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::StatusCode::DATA_LOSS:
      return "DATA_LOSS";
    default:
      return "UNKNOWN";
  }
}

bool IsTransient(grpc::StatusCode code) {
  // INTERNAL is what gRPC makes of a connection that was reset in the middle of a frame.
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::INTERNAL || code == grpc::StatusCode::UNKNOWN;
}

std::string DescribeStatus(const grpc::Status& status) {
  std::string text = status.error_message();
  if (text.empty()) text = "no message";
  text += " (" + std::string(StatusCodeName(status.error_code())) + ")";

  v1::ErrorStatus details;
  if (!details.ParseFromString(status.error_details())) return text;
  for (const auto& detail : details.details()) {
    v1::FieldViolations violations;
    if (!detail.UnpackTo(&violations)) continue;
    for (const v1::FieldViolation& violation : violations.violations()) {
      text += "\n  " + violation.field() + ": " + violation.description();
    }
  }
  return text;
}

RpcError::RpcError(const std::string& doing, const grpc::Status& status)
    : std::runtime_error(doing + ": " + DescribeStatus(status)), code_(status.error_code()) {}

bool RpcError::is_bad_input() const {
  return code_ == grpc::StatusCode::INVALID_ARGUMENT || code_ == grpc::StatusCode::OUT_OF_RANGE;
}

}  // namespace efferent
