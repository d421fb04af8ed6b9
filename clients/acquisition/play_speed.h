#pragma once

#include <string>

namespace efferent {

/// Times recorded speed; 0 for `max`. @throws InputError for what is neither.
double ParseSpeed(const std::string& text);

}  // namespace efferent
