#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace efferent::control {

/// What is set in `message` as YAML that ReadSessionConfig reads back: a field a line (the last without
/// its end), those of
/// nested messages indented by two more spaces, numbers so that reading them gives the same bits.
/// Fields may be of any type but lists of messages.
std::string YamlText(const google::protobuf::Message& message, int indentation = 0);

}  // namespace efferent::control
