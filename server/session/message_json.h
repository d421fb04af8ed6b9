#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace efferent {

/// A message as JSON with the contract's field names.
std::string ToJson(const google::protobuf::Message& message);
/// The message that ToJson wrote. @throws std::runtime_error if `json` is none.
void FromJson(const std::string& json, google::protobuf::Message* message);

}  // namespace efferent
