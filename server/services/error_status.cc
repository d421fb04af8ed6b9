#include "server/services/error_status.h"

#include "efferent/v1/error.pb.h"

namespace efferent {
namespace {

// Trailing metadata has a limit (8 KiB by default, details in base64), beyond which the call would
// fail with no text at all.
constexpr std::size_t kMaxTextBytes = 2'000;
constexpr std::size_t kMaxDetailBytes = 2'500;

}  // namespace

grpc::Status MakeStatus(grpc::StatusCode code, const std::string& message,
                        const std::vector<Violation>& violations) {
  std::string text = message;
  if (text.size() > kMaxTextBytes) text = text.substr(0, kMaxTextBytes) + "...";
  v1::ErrorStatus status;
  status.set_code(code);
  status.set_message(text);
  if (!violations.empty()) {
    v1::FieldViolations details;
    for (const Violation& violation : violations) {
      v1::FieldViolation* entry = details.add_violations();
      entry->set_field(violation.field);
      entry->set_description(violation.description);
      if (details.ByteSizeLong() > kMaxDetailBytes) {
        details.mutable_violations()->RemoveLast();
        break;
      }
    }
    status.add_details()->PackFrom(details);
  }
  return {code, text, status.SerializeAsString()};
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
  return MakeStatus(
      grpc::StatusCode::NOT_FOUND,
      "no session `" + session_id.substr(0, 64) + "`; create it with SessionService.CreateSession",
      {{"session_id", "names no session of this server"}});
}

}  // namespace efferent
