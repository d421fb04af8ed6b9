#pragma once

#include <stdexcept>

namespace efferent {

/// The user gave something that cannot work: a file, an option, a setting. The program ends with
/// status 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace efferent
