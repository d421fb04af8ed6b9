#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace efferent {

/// A message as JSON, keys named as in the contract, indented. What has its default is left out, and
/// 64-bit integers are text: the standard mapping of Protobuf.
std::string MessageJson(const google::protobuf::Message& message);

/// The same on one line, without its end.
std::string MessageJsonLine(const google::protobuf::Message& message);

}  // namespace efferent
