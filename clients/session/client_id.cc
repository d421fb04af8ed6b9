#include "clients/session/client_id.h"

#include <spdlog/fmt/fmt.h>

#include <random>

namespace efferent {

const std::string& ProcessClientId() {
  static const std::string id = [] {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
  }();
  return id;
}

}  // namespace efferent
