#pragma once

#include <span>
#include <string>
#include <string_view>

namespace efferent {

/// ` (did you mean `near`?)` for the candidate that is a slip of the pen away from `word`; empty if
/// none is.
std::string DidYouMean(std::string_view word, std::span<const std::string> candidates);

}  // namespace efferent
