#include "clients/control/enum_name.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace efferent::control {

std::string ShortEnumName(const google::protobuf::EnumValueDescriptor& value) {
  // The first value is the one that is not set: `SNN_READOUT_UNSPECIFIED`.
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  std::string name =
      value.name().substr(value.type()->value(0)->name().size() - kUnspecified.size());
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

}  // namespace efferent::control
