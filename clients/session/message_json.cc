#include "clients/session/message_json.h"

#include <google/protobuf/util/json_util.h>

#include <stdexcept>

namespace efferent {
namespace {

std::string Print(const google::protobuf::Message& message, bool add_whitespace) {
  google::protobuf::util::JsonPrintOptions format;
  format.add_whitespace = add_whitespace;
  format.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, format);
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
  return text;
}

}  // namespace

std::string MessageJson(const google::protobuf::Message& message) { return Print(message, true); }

std::string MessageJsonLine(const google::protobuf::Message& message) {
  return Print(message, false);
}

}  // namespace efferent
