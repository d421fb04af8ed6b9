#include "clients/acquisition/play_speed.h"

#include <CLI/CLI.hpp>

#include "clients/session/errors.h"

namespace efferent {

double ParseSpeed(const std::string& text) {
  if (text == "max") return 0.0;
  double speed = 0.0;
  if (!CLI::detail::lexical_cast(text, speed) || !(speed > 0.0 && speed <= 1e6)) {
    throw InputError("--speed must be `max` or a number above 0 (1: recorded speed), not `" + text +
                     "`");
  }
  return speed;
}

}  // namespace efferent
