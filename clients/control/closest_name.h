#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace efferent::control {

/// The name that was probably meant by `word`: a slip of the pen away from it. Nothing if none is.
std::optional<std::string> ClosestName(std::string_view word,
                                       const std::vector<std::string>& names);

}  // namespace efferent::control
