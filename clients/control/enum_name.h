#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace efferent::control {

/// The name of a value without what all names of its enumeration begin with, in lower case:
/// SNN_READOUT_RLS is `rls`, as in the server's configuration file.
std::string ShortEnumName(const google::protobuf::EnumValueDescriptor& value);

}  // namespace efferent::control
