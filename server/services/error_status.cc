#include "server/services/error_status.h"

#include "efferent/v1/error.pb.h"
#include "google/rpc/error_details.pb.h"

namespace efferent {
namespace {

// Trailing metadata has a limit (8 KiB by default, details in base64), beyond which the call would
// fail with no text at all. The text is in it twice, the violations too.
constexpr std::size_t kMaxTextBytes = 1'500;
constexpr std::size_t kMaxViolationBytes = 1'350;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxClientIdBytes = 64;

/// Whole characters of UTF-8, and no more bytes.
std::string Cut(const std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (text[max_bytes] & 0xC0) == 0x80) --max_bytes;
  return text.substr(0, max_bytes) + "...";
}

}  // namespace

grpc::Status MakeStatus(grpc::StatusCode code, const std::string& message,
                        const std::vector<Violation>& violations) {
  const std::string text = Cut(message, kMaxTextBytes);
  v1::ErrorStatus status;
  status.set_code(code);
  status.set_message(text);
  if (!violations.empty()) {
    v1::FieldViolations own;
    google::rpc::BadRequest standard;
    for (const Violation& violation : violations) {
      const std::string description = Cut(violation.description, kMaxViolationBytes / 2);
      if (own.ByteSizeLong() + violation.field.size() + description.size() > kMaxViolationBytes) {
        break;
      }
      const auto add = [&](auto* entry) {
        entry->set_field(violation.field);
        entry->set_description(description);
      };
      add(own.add_violations());
      add(standard.add_field_violations());
    }
    status.add_details()->PackFrom(own);
    status.add_details()->PackFrom(standard);
  }
  return {code, text, status.SerializeAsString()};
}

grpc::Status WithDetail(const grpc::Status& status, const google::protobuf::Message& detail) {
  v1::ErrorStatus details;
  details.ParseFromString(status.error_details());
  details.add_details()->PackFrom(detail);
  return {status.error_code(), status.error_message(), details.SerializeAsString()};
}

grpc::Status InvalidArgument(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations) {
    if (!text.empty()) text += "; ";
    text += violation.field + " " + violation.description;
  }
  return MakeStatus(grpc::StatusCode::INVALID_ARGUMENT, text, violations);
}

grpc::Status UnknownSession(const std::string& session_id) {
  const std::string what = "names no session of this server";
  return AboutResource(MakeStatus(grpc::StatusCode::NOT_FOUND,
                                  "no session `" + Cut(session_id, kMaxNameBytes) +
                                      "`; create it with SessionService.CreateSession",
                                  {{"session_id", what}}),
                       kSessionResource, session_id, what);
}

grpc::Status TryAgain(const std::string& message, int retry_after_s) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(retry_after_s);
  return WithDetail(MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED, message), retry);
}

grpc::Status AnotherClient(const std::string& session_id, const std::string& does) {
  return AboutResource(
      MakeStatus(grpc::StatusCode::FAILED_PRECONDITION,
                 "another client " + does + " session `" + session_id +
                     "`; stop that one first, or open with take_over (--take-over)"),
      kSessionResource, session_id, "has a client");
}

std::optional<Violation> CheckClientId(const std::string& client_id) {
  if (client_id.size() <= kMaxClientIdBytes) return std::nullopt;
  return Violation{"open.client_id", "has " + std::to_string(client_id.size()) +
                                         " bytes, must have at most " +
                                         std::to_string(kMaxClientIdBytes)};
}

grpc::Status AboutResource(const grpc::Status& status, const char* type, const std::string& name,
                           const std::string& description) {
  google::rpc::ResourceInfo resource;
  resource.set_resource_type(type);
  resource.set_resource_name(Cut(name, kMaxNameBytes));
  resource.set_description(description);
  return WithDetail(status, resource);
}

}  // namespace efferent
