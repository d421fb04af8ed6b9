#include "server/session/message_json.h"

#include <google/protobuf/util/json_util.h>

#include <stdexcept>

namespace efferent {

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) json = "{}";
  return json;
}

void FromJson(const std::string& json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // of a later version that knew more
  const auto status = google::protobuf::util::JsonStringToMessage(json, message, options);
  if (!status.ok()) {
    throw std::runtime_error(message->GetDescriptor()->name() + ": " +
                             std::string(status.message()));
  }
}

}  // namespace efferent
